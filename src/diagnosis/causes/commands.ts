import type { Fix } from "../diagnosis.ts";
import type { Line } from "../say.ts";
import type { CauseContext } from "./cause.ts";

/**
 * Commands that can be pasted. Names are quoted for a POSIX shell where they need it. What nobody knows is written `<like this>`, unquoted
 * and at the end of the line: no shell runs such a line before it has been filled in.
 */
const safe = /^[\w@%+=:,./-]+$/;
export const quote = (word: string): string => (safe.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A thing to do, with its command where one exists. */
export const fix = (text: Line, command?: string | null): Fix =>
  command === undefined || command === null ? { text } : { text, command };

/** `kubectl -n NAMESPACE …`; the words are quoted. */
export const kubectl = ({ target }: CauseContext, ...words: readonly string[]): string =>
  ["kubectl", "-n", target.namespace, ...words].map(quote).join(" ");

const takesImages: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Pod"];
const rollsOut: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet"];

/** `deployment/checkout`. */
export const resource = ({ workload }: CauseContext): string => `${workload.kind.toLowerCase()}/${workload.name}`;

/** `kubectl set image` knows init containers by name too; a debug container cannot be changed, nor a pod's init containers. */
function takesImage({ container, containerKind, workload }: CauseContext): boolean {
  if (container === null || containerKind === "ephemeral" || !takesImages.includes(workload.kind)) return false;
  return workload.kind !== "Pod" || containerKind === null || containerKind === "container";
}

/** Sets another image of the same repository. Null for a Job, whose template cannot be changed, and where the container is not known. */
export function setImage(context: CauseContext, ending: string): string | null {
  const { container, image } = context;
  if (container === null || image === null || !takesImage(context)) return null;
  return `${kubectl(context, "set", "image", resource(context), `${container}=${untagged(image)}`)}${ending}`;
}

/** Sets a tag or digest of the same repository that is known: `:2.4.0`, `@sha256:…`. */
export const setKnown = (context: CauseContext, ending: string): string | null =>
  context.image === null ? null : setImageTo(context, `${untagged(context.image)}${ending}`);

/** The image without tag and digest, as it is written. */
export function untagged(image: string): string {
  const digest = image.indexOf("@");
  const name = digest < 0 ? image : image.slice(0, digest);
  const colon = name.lastIndexOf(":");
  return colon > name.lastIndexOf("/") ? name.slice(0, colon) : name;
}

/** Makes the kubelet try again at once: a new pod from the same template. Null for a bare pod, which nobody would make again. */
export const newPod = (context: CauseContext): string | null =>
  context.pod === null || context.workload.kind === "Pod" ? null : kubectl(context, "delete", "pod", context.pod);

/** A rolling restart; null for kinds that know none. */
export const restart = (context: CauseContext): string | null =>
  rollsOut.includes(context.workload.kind) ? kubectl(context, "rollout", "restart", resource(context)) : null;

/** The server name under which the kubelet looks for Docker Hub's credentials. */
const serverOf = (host: string): string => (host === "docker.io" ? "https://index.docker.io/v1/" : host);

/** Creates a pull secret for the image's registry. The password stands last, to be filled in. */
export const createSecret = (context: CauseContext, name: string): string => writeSecret(context, name, "");

/** What has to be filled in stands last, so that a shell refuses the line as it is. */
const writeSecret = (context: CauseContext, name: string, options: string): string => {
  const server =
    context.facts.registry === undefined ? "" : ` ${quote(`--docker-server=${serverOf(context.facts.registry)}`)}`;
  return `${kubectl(context, "create", "secret", "docker-registry", name)}${options}${server} --docker-username=<user> --docker-password=<password>`;
};

/** Writes a pull secret of the same name anew, in one step: never a moment without it. */
export const replaceSecret = (context: CauseContext, name: string): string =>
  `${writeSecret(context, name, " --dry-run=client -o yaml")} | kubectl apply -f -`;

/** The pull secret that matters, by name. */
export const secretName = (context: CauseContext): string => context.facts.secrets?.[0] ?? newSecretName(context);

/** What a new pull secret is called, beside those that are there: after its registry, `pull-ghcr-io`. */
export const newSecretName = ({ facts: { registry } }: CauseContext): string =>
  registry === undefined ? "registry-pull" : `pull-${registry.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

/** The host to try by hand, with its port where it has one; null where nobody knows it. */
export const hostToTry = ({ facts }: CauseContext): string | null => facts.host ?? facts.registry ?? null;

/** Lists a pull secret on the workload's template. Null for kinds whose pods cannot be changed. */
export const attachSecret = (context: CauseContext, name: string): string | null =>
  patchTemplate(context, { imagePullSecrets: [{ name }] });

/** Lists the hosts of a pull secret and nothing else of it. */
export const secretHosts = (context: CauseContext, name: string): string =>
  `${kubectl(context, "get", "secret", name, "-o", "jsonpath={.data.\\.dockerconfigjson}")} | base64 -d | jq '.auths | keys'`;

/** What the node says of itself. */
export const describeNode = ({ facts }: CauseContext): string =>
  facts.node === undefined ? "kubectl get nodes -o wide" : `kubectl describe node ${quote(facts.node)}`;

/** The events of the pod, oldest first. */
export const podEvents = (context: CauseContext): string | null =>
  context.pod === null
    ? null
    : kubectl(
        context,
        "get",
        "events",
        "--field-selector",
        `involvedObject.name=${context.pod}`,
        "--sort-by=.lastTimestamp",
      );

/** Sets an image of which nothing is known yet. */
export function setNewImage(context: CauseContext): string | null {
  const { container } = context;
  if (container === null || !takesImage(context)) return null;
  return `${kubectl(context, "set", "image", resource(context), `${container}=`)}<image>`;
}

/** Sets exactly this image. */
export function setImageTo(context: CauseContext, image: string): string | null {
  const { container } = context;
  if (container === null || !takesImage(context)) return null;
  return kubectl(context, "set", "image", resource(context), `${container}=${image}`);
}

/** Sets a container's pull policy. Null where the pods cannot be changed, and where the container is not known. */
export function setPolicy(context: CauseContext, imagePullPolicy: string): string | null {
  const { container, containerKind } = context;
  if (container === null || containerKind === "ephemeral") return null;
  // A sidecar is an init container that keeps running.
  const list = containerKind === "init" || containerKind === "sidecar" ? "initContainers" : "containers";
  return patchTemplate(context, { [list]: [{ name: container, imagePullPolicy }] });
}

/** A strategic merge of the workload's pod template: lists are merged by name. */
function patchTemplate(context: CauseContext, spec: object): string | null {
  const { kind } = context.workload;
  const template = { spec: { template: { spec } } };
  if (kind === "CronJob")
    return kubectl(context, "patch", resource(context), "-p", JSON.stringify({ spec: { jobTemplate: template } }));
  if (!rollsOut.includes(kind) && kind !== "ReplicaSet") return null;
  return kubectl(context, "patch", resource(context), "-p", JSON.stringify(template));
}
