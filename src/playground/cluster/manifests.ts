import { stringify } from "yaml";
import { defaultPolicy } from "./defaults.ts";

/** A Deployment as somebody applied it. */
export interface AppliedDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly image: string;
  readonly pullSecrets: readonly string[];
  /** `imagePullPolicy` where it belongs, in the container. */
  readonly policy?: string;
  /** `imagePullPolicy` beside the containers instead: applied without validation, dropped by the API server. */
  readonly misplacedPolicy?: string;
}

/** The pod spec that the API server makes of it, defaults filled in. */
export function podSpec({ image, policy, pullSecrets }: AppliedDeployment): Record<string, unknown> {
  return {
    containers: [
      {
        name: "app",
        image,
        imagePullPolicy: policy ?? defaultPolicy(image),
        resources: {},
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ],
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  };
}

/** The manifest as it was written. */
function manifest(applied: AppliedDeployment, annotations: Record<string, string>): Record<string, unknown> {
  const { namespace, name, replicas, image, pullSecrets, policy, misplacedPolicy } = applied;
  const container = { name: "app", image, ...(policy === undefined ? {} : { imagePullPolicy: policy }) };
  const spec = {
    ...(misplacedPolicy === undefined ? {} : { imagePullPolicy: misplacedPolicy }),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
    containers: [container],
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { annotations, name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}

/** As `kubectl apply` keeps it in its annotation. */
export const lastApplied = (applied: AppliedDeployment): string => `${JSON.stringify(manifest(applied, {}))}\n`;

/** As Helm keeps it in its release: the rendered templates, each under its source. */
export const rendered = (applied: AppliedDeployment, chart: string): string =>
  `---\n# Source: ${chart}/templates/deployment.yaml\n${stringify(manifest(applied, {}))}`;
