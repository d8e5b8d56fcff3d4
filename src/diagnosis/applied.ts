import type { AppliedConfiguration } from "./evidence.ts";
import { redact } from "./redact.ts";
import type { BadInput, Result } from "./result.ts";
import { badInput, success } from "./result.ts";

type Map = Readonly<Record<string, unknown>>;

/** Where each built-in kind keeps its pod spec. */
const podSpecs: Readonly<Record<string, readonly string[]>> = {
  Pod: ["spec"],
  PodTemplate: ["template", "spec"],
  ReplicationController: ["spec", "template", "spec"],
  ReplicaSet: ["spec", "template", "spec"],
  Deployment: ["spec", "template", "spec"],
  StatefulSet: ["spec", "template", "spec"],
  DaemonSet: ["spec", "template", "spec"],
  Job: ["spec", "template", "spec"],
  CronJob: ["spec", "jobTemplate", "spec", "template", "spec"],
};
const builtInGroups: readonly string[] = ["", "apps", "batch", "extensions"];
const containerLists = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Maps whose keys are the user's own. */
const freeForm: ReadonlySet<string> = new Set([
  "annotations",
  "labels",
  "matchLabels",
  "nodeSelector",
  "volumeAttributes",
  "options",
  "limits",
  "requests",
  "overhead",
  "status",
]);

/**
 * Reads the annotation `kubectl.kubernetes.io/last-applied-configuration` of a built-in kind with pods, or a List of them: every container
 * of the pod spec with the policy that it sets, and `imagePullPolicy` or a near name of it at any depth where the API server does not read
 * it. Custom resources have fields of their own: of them nothing is told. Paths read as `spec.template.spec.imagePullPolicy`.
 */
export function readAppliedConfiguration(annotation: string): Result<AppliedConfiguration, BadInput> {
  const manifest = parseJson(annotation);
  if (!isMap(manifest)) {
    return badInput(
      "the last-applied configuration is not a manifest in JSON: apply the manifest anew with kubectl apply to fix it",
    );
  }
  const found: AppliedConfiguration = { containers: [], misplaced: [] };
  for (const [path, object] of objects(manifest)) {
    const kind = String(object["kind"]);
    const place = Object.hasOwn(podSpecs, kind) ? podSpecs[kind] : undefined;
    if (place === undefined || !isBuiltIn(object)) continue;
    const read = readContainers(object, path, place);
    found.containers.push(...read.containers);
    found.misplaced.push(...findMisplaced(object, path, read.legitimate));
  }
  return success(found);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Map => typeof value === "object" && value !== null && !Array.isArray(value);

/** The manifest itself, or the items of a list, each with its path. */
function objects(manifest: Map): [path: string, object: Map][] {
  const items = manifest["items"];
  if (!String(manifest["kind"]).endsWith("List") || !Array.isArray(items)) return [["", manifest]];
  return items.flatMap((item: unknown, index) => (isMap(item) ? [[`items[${index}]`, item] as [string, Map]] : []));
}

function isBuiltIn(object: Map): boolean {
  const apiVersion = object["apiVersion"];
  if (typeof apiVersion !== "string") return true;
  const slash = apiVersion.indexOf("/");
  return builtInGroups.includes(slash < 0 ? "" : apiVersion.slice(0, slash));
}

/** The containers of the pod spec, and the paths at which the API server does read a policy. */
function readContainers(object: Map, root: string, place: readonly string[]) {
  const containers: AppliedConfiguration["containers"] = [];
  const legitimate = new Set<string>();
  const spec = place.reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), object);
  const path = place.reduce(child, root);
  if (!isMap(spec)) return { containers, legitimate };

  for (const list of containerLists) {
    const items: unknown = spec[list];
    if (!Array.isArray(items)) continue;
    for (const [index, item] of items.entries()) {
      if (!isMap(item)) continue;
      const at = `${child(path, list)}[${index}]`;
      const { name, imagePullPolicy } = item;
      legitimate.add(child(at, "imagePullPolicy"));
      containers.push({
        path: at,
        name: typeof name === "string" ? name : "",
        imagePullPolicy: typeof imagePullPolicy === "string" ? showValue(imagePullPolicy) : null,
      });
    }
  }
  // A volume made of an image has a policy too, under a name of its own.
  if (Array.isArray(spec["volumes"])) {
    for (const index of spec["volumes"].keys()) legitimate.add(`${child(path, "volumes")}[${index}].image.pullPolicy`);
  }
  return { containers, legitimate };
}

/** Every key that means the policy, but for those that are read; in the order of the manifest, at any depth. */
function findMisplaced(object: Map, root: string, legitimate: ReadonlySet<string>): AppliedConfiguration["misplaced"] {
  const misplaced: AppliedConfiguration["misplaced"] = [];
  // A list of what is still to be looked at, not a recursion: a manifest may be nested deeper than a stack is.
  const open: [path: string, value: unknown][] = [[root, object]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, value] = next;
    const inner: [string, unknown][] = [];
    if (Array.isArray(value)) for (const [index, item] of value.entries()) inner.push([`${path}[${index}]`, item]);
    for (const [key, held] of isMap(value) ? Object.entries(value) : []) {
      const at = child(path, key);
      if (!meansPolicy(key)) {
        if (!(freeForm.has(key) && isMap(held))) inner.push([at, held]);
      } else if (!legitimate.has(at)) misplaced.push({ path: at, key, value: showValue(held) });
    }
    for (const part of inner.toReversed()) open.push(part);
  }
  return misplaced;
}

const child = (path: string, key: string): string => {
  const name = /^[\w-]{1,100}$/.test(key) ? key : JSON.stringify(key.slice(0, 100));
  return path === "" ? name : `${path}.${name}`;
};

/** `imagePullPolicy`, or what people write for it: `pullPolicy`, `image_pull_policy`, `imagePullpolicy`, `imagePulPolicy`. */
function meansPolicy(key: string): boolean {
  if (key.length > 24) return false;
  const letters = key.toLowerCase().replaceAll(/[^a-z]/g, "");
  return letters === "pullpolicy" || distance(letters, "imagepullpolicy") <= 2;
}

/** How many letters have to be put in, taken out or changed to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let at = 0; at < a.length; at += 1) {
    const next = [at + 1];
    for (let column = 0; column < b.length; column += 1) {
      const changed = (row[column] ?? 0) + (a[at] === b[column] ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? b.length;
}

function showValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isMap(value)) return "a map";
  return redact(String(value)).slice(0, 100);
}
