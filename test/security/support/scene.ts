import type { KubeObject } from "../../support/fake-api.ts";
import { event, lease, namespace, node, pod, serviceAccount, workload } from "../../support/kube-objects.ts";
import { base64, type Canaries } from "./canaries.ts";
import { pullSecrets } from "./secrets.ts";

/** Values that have to appear: they prove that the objects were read and that the search finds what stands in an output. */
export const controls: ReadonlyMap<string, string> = new Map([
  ["control: the pull secret's user name", "shop-bot-control"],
  ["control: the registry's host", "registry-control.example"],
]);
const host = "registry-control.example";
const image = `${host}/shop/checkout:2.4.1`;

/** A text as kubelets, runtimes and webhooks write it, with a secret in each of the forms that they quote. */
export const quoting = (value: string): string =>
  [
    `Failed to pull image "${image}": failed to authorize: failed to fetch oauth token:`,
    `Get "https://bot:${value}@${host}/token?account=bot&password=${value}#${value}": unexpected status: 401 Unauthorized;`,
    `headers: map[Authorization:[Basic ${base64(`bot:${value}`)}]], Authorization: Bearer ${value},`,
    `via http://proxy:${value}@10.0.0.1:3128, config {"auths":{"${host}":{"auth":"${base64(`bot:${value}`)}","password":"${value}"}}},`,
    `REGISTRY_PASSWORD=${value},`,
    `invalid decoded auth: "bot ${value}"`,
  ].join(" ");

const spec = (object: KubeObject): Record<string, unknown> => object["spec"] as Record<string, unknown>;

/** A pod whose one container has these fields, and whose status says this of it. */
function podWith(name: string, container: object, state: object, more: { secrets?: string[]; status?: object } = {}) {
  const made = pod(name, { waiting: "ErrImagePull", secrets: more.secrets ?? [], labels: { app: name } });
  return {
    ...made,
    spec: { ...spec(made), containers: [{ name: "app", image, imagePullPolicy: "IfNotPresent", ...container }] },
    status: {
      phase: "Pending",
      conditions: [],
      containerStatuses: [{ name: "app", image, imageID: "", ready: false, restartCount: 1, lastState: {}, ...state }],
      ...more.status,
    },
  } satisfies KubeObject;
}

const waiting = (reason: string, message: string): object => ({ state: { waiting: { reason, message } } });
const failed = (involved: KubeObject, message: string, reason = "Failed"): KubeObject =>
  event(involved, reason, { type: "Warning", message, lastTimestamp: "2026-11-24T10:30:00Z" });

/** What nobody who diagnoses a pull needs of a pod: all of it holds a secret. */
const private_ = (canaries: Canaries): object => ({
  env: [{ name: "DATABASE_URL", value: canaries.of("pod: env value") }],
  args: ["--password", canaries.of("pod: args")],
  command: ["run", canaries.of("pod: command")],
  livenessProbe: {
    httpGet: {
      path: `/?token=${canaries.of("pod: probe's path")}`,
      httpHeaders: [{ name: "Authorization", value: canaries.of("pod: probe's header") }],
    },
  },
  lifecycle: { postStart: { exec: { command: [canaries.of("pod: lifecycle hook")] } } },
});

/** The manifest as it was applied, as kubectl keeps it in an annotation. */
const applied = (value: string): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { annotations: { note: value }, labels: { note: value } },
    spec: {
      imagePullPolicy: "Always",
      template: {
        spec: {
          containers: [
            { name: "app", image: `${host}/shop/checkout`, env: [{ name: "PASSWORD", value }], args: [value] },
          ],
          imagePullPolicy: `https://bot:${value}@${host}`,
        },
      },
    },
  });

const annotations = (canaries: Canaries, what: string): Record<string, string> => ({
  "kubectl.kubernetes.io/last-applied-configuration": applied(canaries.of(`${what}: last-applied configuration`)),
  "meta.helm.sh/release-name": canaries.of(`${what}: Helm's annotation`),
  "example.com/note": canaries.of(`${what}: annotation`),
});

/** The Deployment `checkout`, whose pod fails with credentials that fit. */
function checkout(canaries: Canaries): KubeObject[] {
  const deployment = workload("Deployment", "checkout");
  const set = workload("ReplicaSet", "checkout-1", { owner: ["Deployment", "checkout"] });
  const made = podWith(
    "checkout-1-x2k8p",
    private_(canaries),
    {
      ...waiting("ImagePullBackOff", quoting(canaries.of("pod: waiting message"))),
      lastState: {
        terminated: { reason: "Error", exitCode: 1, message: canaries.of("pod: message of an earlier end") },
      },
    },
    { secrets: ["json", "cfg"], status: { message: quoting(canaries.of("pod: status message")) } },
  );
  const owned = pod("x", { owner: ["ReplicaSet", "checkout-1"] }).metadata["ownerReferences"];
  const labels = { app: "checkout", note: canaries.of("pod: label") };
  const whole: KubeObject = {
    ...made,
    metadata: { ...made.metadata, labels, annotations: annotations(canaries, "pod"), ownerReferences: owned },
  };
  const template = { spec: { containers: [{ name: "app", image, ...private_(canaries) }] } };
  return [
    {
      ...deployment,
      metadata: { ...deployment.metadata, annotations: annotations(canaries, "Deployment") },
      spec: { ...spec(deployment), template },
    },
    set,
    whole,
    failed(whole, quoting(canaries.of("event message"))),
    failed(whole, "Error: ErrImagePull", `Odd https://bot:${canaries.of("event reason")}@${host}`),
  ];
}

/** Pods with one trouble each. */
function pods(canaries: Canaries): KubeObject[] {
  const userInfo = (place: string): string => `bot:${canaries.of(place)}@${host}/shop/checkout:1`;
  const bad = (text: string): object =>
    waiting(
      "InvalidImageName",
      `Failed to apply default image tag "${text}": couldn't parse image name "${text}": invalid reference format`,
    );
  const inName = userInfo("image with user info");
  const inUrl = `https://${userInfo("image as a URL with user info")}`;
  const inQuery = `${host}/shop/app:1?token=${canaries.of("image with a query")}`;
  const ended = (reason: string, message: string): object => ({
    state: { terminated: { reason, exitCode: 128, message, finishedAt: "2026-11-24T10:20:00Z" } },
  });
  const probed: KubeObject = pod("probed", { labels: { app: "probed" } });
  const statuses = [{ name: "app", image, imageID: "", ready: false, restartCount: 0, state: { running: {} } }];
  const unready: KubeObject = { ...probed, status: { phase: "Running", containerStatuses: statuses } };
  const otherImage = userInfo("image of another pod on the node");
  const away = podWith("elsewhere", { image: otherImage }, { ...waiting("ContainerCreating", ""), image: otherImage });
  const elsewhere: KubeObject = { ...away, metadata: { ...away.metadata, namespace: "billing" } };
  const sandbox = podWith("sandbox", {}, waiting("ContainerCreating", ""));
  const nowhere: KubeObject = {
    ...pod("nowhere", { node: "", labels: { app: "nowhere" } }),
    status: {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: quoting(canaries.of("pod: condition message")),
        },
      ],
    },
  };
  return [
    podWith("named", { image: inName }, { ...bad(inName), image: inName }),
    podWith("url", { image: inUrl }, { ...bad(inUrl), image: inUrl }),
    podWith("query", { image: inQuery }, { ...bad(inQuery), image: inQuery }),
    podWith("ran", {}, { state: { running: { startedAt: "2026-11-24T10:20:00Z" } }, image: inName, imageID: inName }),
    podWith("crashed", {}, ended("Error", canaries.of("pod: termination message of the application"))),
    podWith("unstarted", {}, ended("StartError", quoting(canaries.of("pod: termination message of the runtime")))),
    elsewhere,
    event(elsewhere, "Pulling", { lastTimestamp: "2026-11-24T10:25:00Z" }),
    unready,
    failed(unready, quoting(canaries.of("event message of a probe")), "Unhealthy"),
    failed(unready, `Readiness probe failed: ${canaries.of("output of an exec probe")}`, "Unhealthy"),
    sandbox,
    failed(
      sandbox,
      `Failed to create pod sandbox: failed to get sandbox image "pause:3": ${quoting(canaries.of("event message of the sandbox"))}`,
      "FailedCreatePodSandBox",
    ),
    nowhere,
  ];
}

/** A Deployment without pods: an admission webhook refuses them and quotes its own URL. */
function refused(canaries: Canaries): KubeObject[] {
  const set = workload("ReplicaSet", "refused-1", { owner: ["Deployment", "refused"], labels: { app: "refused" } });
  return [
    workload("Deployment", "refused", { labels: { app: "refused" } }),
    set,
    failed(set, quoting(canaries.of("event message of a webhook")), "FailedCreate"),
  ];
}

function sickNode(canaries: Canaries): KubeObject[] {
  const status = node["status"] as Record<string, unknown>;
  const message = quoting(canaries.of("node: condition message"));
  const sick: KubeObject = {
    ...node,
    metadata: { ...node.metadata, annotations: { note: canaries.of("node: annotation") } },
    status: {
      ...status,
      images: [{ names: [`bot:${canaries.of("node: image with user info")}@${host}/shop/checkout:1`] }],
      conditions: [
        { type: "Ready", status: "False", reason: "KubeletNotReady", message },
        { type: "DiskPressure", status: "True", reason: "KubeletHasDiskPressure", message },
      ],
    },
  };
  return [sick, lease, failed(sick, quoting(canaries.of("event message of the node")), "FreeDiskSpaceFailed")];
}

/** A cluster in which every place where a secret may stand has one. */
export function scene(canaries: Canaries): { readonly objects: KubeObject[]; readonly targets: readonly string[] } {
  const account = serviceAccount(["json", "later"]);
  const { secrets, users, targets } = pullSecrets(canaries, host, image);
  return {
    objects: [
      namespace("shop"),
      namespace("billing"),
      {
        ...account,
        metadata: { ...account.metadata, annotations: { note: canaries.of("service account: annotation") } },
      },
      ...secrets,
      ...users,
      ...checkout(canaries),
      ...pods(canaries),
      ...refused(canaries),
      ...sickNode(canaries),
    ],
    targets: [
      "shop/deploy/checkout",
      ...["named", "url", "query", "ran", "crashed", "unstarted", "probed", "sandbox", "nowhere"].map(
        (name) => `shop/pod/${name}`,
      ),
      "shop/deploy/refused",
      ...targets,
    ],
  };
}
