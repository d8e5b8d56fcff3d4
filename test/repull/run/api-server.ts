import { annotation, restartedAtKey } from "../../../src/repull/requests.ts";
import type { ObjectName, Write, Written } from "../../../src/world.ts";
import type { Cluster } from "./cluster.ts";

const no = (why: Extract<Written, { kind: "refused" }>["why"], reason: string): Written => ({
  kind: "refused",
  why,
  reason,
});
interface Body {
  readonly metadata?: {
    uid?: string;
    resourceVersion?: string;
    name?: string;
    generateName?: string;
    annotations?: Record<string, string>;
  };
  readonly spec?: Record<string, unknown>;
  readonly deleteOptions?: { preconditions?: { uid?: string } };
  readonly preconditions?: { uid?: string };
}
interface Template {
  readonly metadata?: { readonly annotations?: Record<string, string> };
  readonly spec?: Partial<
    Record<"containers" | "initContainers", { name: string; image?: string; imagePullPolicy?: string }[]>
  >;
}

/** Does what a write says, or only says what it would do. */
export function apply(cluster: Cluster, write: Write, isDry: boolean): Written {
  const { object, verb, path } = write;
  if (object.kind === "Secret") return secret(cluster, write, isDry);
  const body = write.body as Body;
  if (path.endsWith("/eviction"))
    return remove(cluster, object.name, body.deleteOptions?.preconditions?.uid, isDry, "evicted");
  if (verb === "delete") return remove(cluster, object.name, body.preconditions?.uid, isDry, "deleted");
  if (verb === "create") return create(cluster, object, body, isDry);
  return Array.isArray(write.body) ? note(cluster, write, isDry) : patch(cluster, write, body, isDry);
}

function remove(cluster: Cluster, name: string, uid: string | undefined, isDry: boolean, word: string): Written {
  const made = cluster.pods.get(name);
  if (made === undefined) return no("absent", `pods "${name}" not found`);
  if (uid !== undefined && made.pod.uid !== uid) return no("conflict", "the UID in the precondition is another");
  if (word === "evicted" && cluster.seconds < (cluster.trouble.budgetUntil ?? 0))
    return no("blocked", "Cannot evict pod as it would violate the pod's disruption budget");
  if (isDry) return { kind: "done", uid: made.pod.uid, resourceVersion: null };
  // What is going already goes no sooner by it.
  if (made.pod.deletedAt === null) {
    cluster.effects.push(`${word} ${name} ${made.pod.uid}`);
    cluster.end(made);
  }
  return { kind: "done", uid: made.pod.uid, resourceVersion: null };
}

function create(cluster: Cluster, { name }: ObjectName, { metadata, spec }: Body, isDry: boolean): Written {
  if (isDry) return { kind: "done", uid: "dry", resourceVersion: null };
  if (cluster.pods.has(name)) return no("exists", `pods "${name}" already exists`);
  const containers = (spec?.["containers"] ?? []) as { name: string; image: string; imagePullPolicy: string }[];
  const template = containers.map(
    (one) => ({ name: one.name, image: one.image, policy: one.imagePullPolicy, list: "containers" }) as const,
  );
  const pod = cluster.make(name, template, null);
  cluster.put(pod, 0, metadata?.annotations?.[annotation] ?? null, { metadata, spec });
  cluster.effects.push(`created ${name}`);
  return { kind: "done", uid: pod.uid, resourceVersion: "1" };
}

function secret(cluster: Cluster, { object: { name }, verb, body }: Write, isDry: boolean): Written {
  const found = cluster.secrets.get(name);
  if (verb === "create") {
    if (found !== undefined) return no("exists", `secrets "${name}" already exists`);
    if (isDry) return { kind: "done", uid: "dry", resourceVersion: null };
    const { metadata, ...rest } = body as { metadata: object };
    const uid = `secret-${cluster.nextId()}`;
    cluster.secrets.set(name, { ...rest, metadata: { ...metadata, uid } });
    cluster.effects.push("kept");
    return { kind: "done", uid, resourceVersion: "1" };
  }
  const wanted = (body as Body).preconditions?.uid;
  if (found === undefined) return no("absent", `secrets "${name}" not found`);
  if (wanted !== undefined && (found["metadata"] as { uid: string }).uid !== wanted)
    return no("conflict", "another UID");
  if (!isDry) {
    cluster.secrets.delete(name);
    cluster.effects.push("forgot");
  }
  return { kind: "done", uid: null, resourceVersion: null };
}

/** A JSON patch of the annotation. */
function note(cluster: Cluster, { object, body }: Write, isDry: boolean): Written {
  const [uid, test, replace] = body as readonly { value: string }[];
  const now = cluster.find(object);
  if (now === null) return no("absent", "not found");
  if (now.uid !== uid?.value || now.mark !== test?.value) return no("conflict", "testing path failed");
  if (isDry) return { kind: "done", uid: null, resourceVersion: null };
  mark(cluster, object, replace?.value ?? "");
  cluster.effects.push("closed");
  return { kind: "done", uid: null, resourceVersion: null };
}

function mark(cluster: Cluster, { kind, name }: ObjectName, mark: string): void {
  if (kind !== "Pod") return cluster.touch({ mark });
  const made = cluster.pods.get(name);
  if (made !== undefined) cluster.put(made.pod, made.age, mark, made.manifest);
}

/** A strategic merge patch: annotation and template. */
function patch(cluster: Cluster, { object }: Write, { metadata, spec }: Body, isDry: boolean): Written {
  const now = cluster.find(object);
  if (now === null) return no("absent", "not found");
  const isSame = metadata?.uid === now.uid && (metadata.resourceVersion ?? now.resourceVersion) === now.resourceVersion;
  if (!isSame) return no("conflict", "the object has been modified");
  if (isDry) return { kind: "done", uid: now.uid, resourceVersion: now.resourceVersion };
  mark(cluster, object, metadata?.annotations?.[annotation] ?? "");
  cluster.effects.push("patched");
  const job = spec?.["jobTemplate"] as { spec?: { template?: Template } } | undefined;
  const template = (spec?.["template"] as Template | undefined) ?? job?.spec?.template;
  if (template !== undefined && cluster.object !== null) {
    const set = Object.values(template.spec ?? {}).flat();
    const restartedAt = template.metadata?.annotations?.[restartedAtKey] ?? cluster.object.restartedAt;
    const containers = cluster.object.template.map((one) => {
      const to = set.find(({ name }) => name === one.name);
      return { ...one, image: to?.image ?? one.image, policy: to?.imagePullPolicy ?? one.policy };
    });
    cluster.touch({
      template: containers,
      restartedAt,
      generation: cluster.object.generation + 1,
      templateChange: { at: cluster.stamp(), by: "imagepull" },
    });
  }
  return { kind: "done", uid: now.uid, resourceVersion: null };
}
