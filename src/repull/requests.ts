import { quote } from "../diagnosis/causes/commands.ts";
import type { Line } from "../diagnosis/say.ts";
import type { ObjectName, Write } from "../world.ts";
import { type Mark, writeMark } from "./mark.ts";

/** One write of a plan, and what it does in words. */
export interface Change extends Omit<Write, "body"> {
  /** Null: made from the pod's own manifest, as it stands when the change is made. */
  readonly body: object | null;
  readonly words: Line;
}

/** The annotation that tells what was asked for and what ran before. */
export const annotation = "imagepull.dev/repull";

/** In the pod template: whatever `kubectl rollout restart` writes there makes new pods. */
export const restartedAtKey = "kubectl.kubernetes.io/restartedAt";

const strategicMerge = "application/strategic-merge-patch+json";
const json = "application/json";

/** Lists are merged by the containers' names. The UID holds the patch off an object of the same name that was made anew. */
export const patch = (object: ObjectName, body: { readonly metadata?: object }, words: Line): Change & Write => ({
  object,
  verb: "patch",
  path: pathOf(object),
  type: strategicMerge,
  body: { ...body, metadata: { ...(object.uid === null ? {} : { uid: object.uid }), ...body.metadata } },
  words,
});

/** Through the eviction API, so that PodDisruptionBudgets hold; of this pod alone, not of a successor with its name. */
export const evict = (pod: ObjectName, words: Line): Change & Write => ({
  object: pod,
  verb: "create",
  path: `${pathOf(pod)}/eviction`,
  type: json,
  body: {
    apiVersion: "policy/v1",
    kind: "Eviction",
    metadata: { name: pod.name, namespace: pod.namespace },
    deleteOptions: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: pod.uid } },
  },
  words,
});

export const remove = (object: ObjectName, words: Line): Change & Write => ({
  object,
  verb: "delete",
  path: pathOf(object),
  type: json,
  body: {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(object.uid === null ? {} : { preconditions: { uid: object.uid } }),
  },
  words,
});

export const create = (object: ObjectName, body: object | null, words: Line): Change => ({
  object,
  verb: "create",
  path: collectionOf(object),
  type: json,
  body,
  words,
});

/** Replaces the annotation, unless it is another than the one that was read by now. */
export const replaceNote = (object: ObjectName, found: string, note: string): Write => {
  const path = `/metadata/annotations/${annotation.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const body = [
    ...(object.uid === null ? [] : [{ op: "test", path: "/metadata/uid", value: object.uid }]),
    { op: "test", path, value: found },
    { op: "replace", path, value: note },
  ];
  return { object, verb: "patch", path: pathOf(object), type: "application/json-patch+json", body };
};

/** The write of a change, with the mark as it is when it begins; null where its body is not known beforehand. `resourceVersion`: holds for this state of the object alone. */
export function writeOf(change: Change, mark: Mark, resourceVersion: string | null): Write | null {
  const { object, verb, path, type, body } = change;
  if (body === null) return null;
  const note = writeMark(mark);
  const stamped: { readonly metadata?: object } = JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    if (key === annotation) return note;
    return key === restartedAtKey ? mark.restartedAt : value;
  });
  const metadata = { ...stamped.metadata, ...(resourceVersion === null ? {} : { resourceVersion }) };
  return { object, verb, path, type, body: { ...stamped, metadata } };
}

const collectionOf = ({ apiVersion, kind, namespace }: ObjectName): string =>
  `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s`;
const pathOf = (object: ObjectName): string => `${collectionOf(object)}/${object.name}`;

const kubectlIn = (context: string | null): readonly string[] => [
  "kubectl",
  ...(context === null ? [] : ["--context", context]),
];
const words = (parts: readonly string[]): string => parts.map(quote).join(" ");

/** `kubectl [--context C] -n NAMESPACE …`, as it is pasted. */
export const kubectl = (context: string | null, namespace: string, ...rest: readonly string[]): string =>
  words([...kubectlIn(context), "-n", namespace, ...rest]);

/** Lets all pods of a StatefulSet follow its template. */
export const lowerPartition = (context: string | null, { namespace, name }: ObjectName): string => {
  const body = JSON.stringify({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
  return kubectl(context, namespace, "patch", `statefulset/${name}`, "--type", "merge", "-p", body);
};

/** The same writes for a shell, a line each. A pod that is made anew from itself is one command for all of its changes. */
export function commandOf(changes: readonly Change[], context: string | null): string {
  const anew = changes.find(({ body, object }) => body === null && object.kind === "Pod");
  if (anew !== undefined) {
    const { namespace, name } = anew.object;
    return `${kubectl(context, namespace, "get", "pod", name, "-o", "yaml")} | ${kubectl(context, namespace, "replace", "--force", "-f", "-")}`;
  }
  return changes
    .map(({ verb, object, path, body }) => {
      if (verb === "patch") {
        const resource = `${object.kind.toLowerCase()}/${object.name}`;
        return kubectl(context, object.namespace, "patch", resource, "--type", "strategic", "-p", JSON.stringify(body));
      }
      return `printf %s ${quote(JSON.stringify(body))} | ${words([...kubectlIn(context), verb, "--raw", path, "-f", "-"])}`;
    })
    .join("\n");
}
