import { quote } from "../diagnosis/causes/commands.ts";
import type { Line } from "../diagnosis/say.ts";
import type { ObjectName, Write } from "../world.ts";

/** One write of a plan, and what it does in words. */
export interface Change extends Omit<Write, "body"> {
  /** Null: the object's own manifest, as it stands when the change is made. */
  readonly body: object | null;
  readonly words: Line;
}

/** The annotation that tells what was asked for and what ran before. */
export const annotation = "imagepull.dev/repull";

const strategicMerge = "application/strategic-merge-patch+json";
const json = "application/json";

/** Lists are merged by the containers' names. The UID holds the patch off an object of the same name that was made anew. */
export const patch = (object: ObjectName, body: { readonly metadata?: object }, words: Line): Change => ({
  object,
  verb: "patch",
  path: pathOf(object),
  type: strategicMerge,
  body: { ...body, metadata: { ...(object.uid === null ? {} : { uid: object.uid }), ...body.metadata } },
  words,
});

/** Through the eviction API, so that PodDisruptionBudgets hold; of this pod alone, not of a successor with its name. */
export const evict = (pod: ObjectName, words: Line): Change => ({
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

export const remove = (object: ObjectName, words: Line): Change => ({
  object,
  verb: "delete",
  path: pathOf(object),
  type: json,
  body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: object.uid } },
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

/** The same writes for a shell, a line each. A pod that is made anew from itself is one command for two changes. */
export function commandOf(changes: readonly Change[], context: string | null): string {
  const anew = changes.find(({ body }) => body === null);
  return changes
    .flatMap((change): readonly string[] => {
      const { verb, object, path, body } = change;
      const here = (...rest: readonly string[]): string => kubectl(context, object.namespace, ...rest);
      if (change === anew)
        return [`${here("get", "pod", object.name, "-o", "yaml")} | ${here("replace", "--force", "-f", "-")}`];
      if (verb === "patch") {
        const resource = `${object.kind.toLowerCase()}/${object.name}`;
        return [here("patch", resource, "--type", "strategic", "-p", JSON.stringify(body))];
      }
      if (verb === "delete" && anew?.object.name === object.name) return [];
      return [
        `printf %s ${quote(JSON.stringify(body))} | ${words([...kubectlIn(context), verb, "--raw", path, "-f", "-"])}`,
      ];
    })
    .join("\n");
}
