import { approvals } from "./approvals.ts";
import { boundRole } from "./roles.ts";

/** What `imagepull install` puts into a cluster, as plain objects in the order in which they are to be applied. */

export interface InstallPlan {
  readonly namespace: string;
  readonly image: string;
  /** Whether the bot may read secrets: the credentials step needs it, and placement where Helm installed a workload. */
  readonly secrets: boolean;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What the diagnosis, and a re-pull that is planned, read, and no more. Nothing is watched and nothing is written. */
export const reads = [
  { group: "", resources: ["pods", "events", "nodes", "namespaces", "serviceaccounts"] },
  { group: "apps", resources: ["deployments", "replicasets", "statefulsets", "daemonsets"] },
  { group: "batch", resources: ["jobs", "cronjobs"] },
  // For a plan: budgets hold evictions up, and an autoscaler changes how many pods there are.
  { group: "policy", resources: ["poddisruptionbudgets"] },
  { group: "autoscaling", resources: ["horizontalpodautoscalers"] },
  // A node's heartbeat.
  { group: "coordination.k8s.io", resources: ["leases"] },
] as const;

/** SubjectAccessReview: the API server answers a POST, and keeps nothing. */
export const reviews = { group: "authorization.k8s.io", resource: "subjectaccessreviews", verb: "create" } as const;

const name = "imagepull";
const labels = { "app.kubernetes.io/name": name };
const port = 8080;

export function manifests({ namespace, image, secrets }: InstallPlan): readonly Manifest[] {
  const account = { kind: "ServiceAccount", name, namespace };
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      // The API server holds every pod here to the strictest of the Pod Security Standards.
      metadata: { name: namespace, labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" } },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace, labels } },
    ...boundRole(
      name,
      reads.map(({ group, resources }) => ({ apiGroups: [group], resources, verbs: ["get", "list"] })),
      account,
      labels,
    ),
    // What `access.look: rbac` asks by, and what decides who may ask and approve. It shows rights, and nothing else.
    ...boundRole(
      `${name}-reviews`,
      [{ apiGroups: [reviews.group], resources: [reviews.resource], verbs: [reviews.verb] }],
      account,
      labels,
    ),
    // A part of its own, so that it can be given, or taken away, by itself. `list` finds the secret in which Helm keeps a release.
    ...(secrets
      ? boundRole(
          `${name}-secrets`,
          [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }],
          account,
          labels,
        )
      : []),
    ...approvals(account, secrets, labels),
    service(namespace),
    deployment(namespace, image),
  ];
}

/** For Alertmanager and Prometheus. */
const service = (namespace: string): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace, labels },
  spec: { selector: labels, ports: [{ name: "http", port, targetPort: "http" }] },
});

const deployment = (namespace: string, image: string): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace, labels },
  spec: {
    replicas: 1,
    // Two at once would each keep their own memory of what was told.
    strategy: { type: "Recreate" },
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: name,
        // Variables of services (IMAGEPULL_PORT=tcp://…) are nothing that the bot reads.
        enableServiceLinks: false,
        terminationGracePeriodSeconds: 30,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65_532,
          runAsGroup: 65_532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [container(image)],
        volumes: [
          { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
          { name: "config", configMap: { name, optional: true } },
        ],
      },
    },
  },
});

const container = (image: string): object => ({
  name,
  image,
  imagePullPolicy: "IfNotPresent",
  args: ["serve"],
  // imagepull.yaml is looked for in the working folder; the ConfigMap that holds it may be missing.
  workingDir: "/etc/imagepull",
  env: [
    { name: "HOST", value: "0.0.0.0" },
    { name: "PORT", value: String(port) },
  ],
  envFrom: [{ secretRef: { name: slackSecret } }],
  ports: [{ name: "http", containerPort: port }],
  startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 60 },
  livenessProbe: {
    httpGet: { path: "/healthz", port: "http" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
  readinessProbe: {
    httpGet: { path: "/readyz", port: "http" },
    periodSeconds: 5,
    timeoutSeconds: 5,
    failureThreshold: 2,
  },
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  volumeMounts: [
    { name: "tmp", mountPath: "/tmp" },
    { name: "config", mountPath: "/etc/imagepull", readOnly: true },
  ],
});

/** The Secret that holds SLACK_BOT_TOKEN and its kin; made by hand, so that no token passes through here. */
export const slackSecret = "imagepull-slack";
