import type { Finding } from "./diagnosis.ts";
import type { Change, Evidence } from "./evidence.ts";
import { isSameImage } from "./image-facts.ts";
import { aboutContainer, type ContainerPull } from "./pulls.ts";
import { at, code, type Instant, join, type Line, say } from "./say.ts";

interface Moment {
  readonly at: Instant;
  readonly line: Line;
}

const mostChanges = 2;

/**
 * When it last worked, what changed since, and when it first failed, on one line. Only what lies between success and failure, or after the
 * failure, is a change that matters; where none lies between, it says so. Empty where no pull fails, or nothing tells.
 */
export function historyLine(evidence: Evidence, pull: ContainerPull | undefined, root: Finding): Line {
  if (pull === undefined || pull.phase !== "failing" || root.container !== pull.container.name) return say``;
  const success = lastSuccess(evidence, pull);
  const failure = pull.firstFailureAt;
  if (success === null && failure === null) return say``;
  const changes = changesOf(evidence).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const since = (moment: Moment): boolean => success === null || later(moment.at, success.at);
  const before = (moment: Moment): boolean => failure === null || !later(moment.at, failure);
  const between = changes.filter((moment) => since(moment) && before(moment)).slice(-mostChanges);
  const after = failure === null ? [] : changes.filter((moment) => later(moment.at, failure)).slice(-1);
  const nothing =
    success !== null && failure !== null && between.length === 0 && isReadable(evidence)
      ? [say`no change of template, secret or service account between`]
      : [];
  const parts = [
    ...(success === null ? [] : [success.line]),
    ...between.map(({ line }) => line),
    ...nothing,
    ...(failure === null ? [] : [say`first failure at ${at(failure)}`]),
    ...after.map(({ line }) => line),
  ];
  return parts.length < 2 ? say`` : join(parts, "; ");
}

const later = (a: Instant, b: Instant): boolean => Date.parse(a) > Date.parse(b);

/** The newest of: a pod of the workload began to run this image, or the kubelet wrote that it had pulled it. */
function lastSuccess({ siblings, events, pod }: Evidence, { container }: ContainerPull): Moment | null {
  const started = (siblings.status === "ok" ? siblings.value : []).flatMap(({ name, running }) =>
    running
      .filter((one) => isSameImage(one.image, container.image))
      .flatMap(({ since }): Moment[] =>
        since === null ? [] : [{ at: since, line: say`last started at ${at(since)} (pod ${code(name)})` }],
      ),
  );
  const containers = pod.status === "ok" ? pod.value.containers : [];
  const pulled = (events.status === "ok" ? events.value : [])
    .filter((event) => event.reason === "Pulled" && aboutContainer(event, containers) === container.name)
    .map(({ lastAt }): Moment => ({ at: lastAt, line: say`last pulled at ${at(lastAt)}` }));
  return [...started, ...pulled].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).at(-1) ?? null;
}

/** Everything whose change is told was read. */
const isReadable = ({ owners, secrets, serviceAccount }: Evidence): boolean =>
  serviceAccount.status === "ok" &&
  serviceAccount.value.change !== null &&
  owners.some(({ read }) => read.status === "ok" && read.value.templateChange !== null) &&
  secrets.every(({ read }) => read.status === "ok" && read.value.changedAt !== null);

function changesOf({ owners, secrets, serviceAccount }: Evidence): readonly Moment[] {
  // A ReplicaSet's template is its Deployment's, written by the controller.
  const top = owners.findLast(({ read }) => read.status === "ok" && read.value.templateChange !== null)?.read;
  const template =
    top?.status === "ok" && top.value.templateChange !== null ? [changed(say`template`, top.value.templateChange)] : [];
  const written = secrets.flatMap(({ name, from, read }): Moment[] => {
    if (from !== "pod" || read.status !== "ok" || read.value.changedAt === null) return [];
    const { changedAt, changedBy, createdAt } = read.value;
    const verb = Date.parse(changedAt) <= Date.parse(createdAt) + 1_000 ? "was created" : "changed";
    return [changed(say`secret ${code(name)}`, { at: changedAt, by: changedBy }, verb)];
  });
  const account =
    serviceAccount.status === "ok" && serviceAccount.value.change !== null
      ? [changed(say`service account ${code(serviceAccount.value.name)}`, serviceAccount.value.change)]
      : [];
  return [...template, ...written, ...account];
}

function changed(what: Line, change: Omit<Change, "by"> & { readonly by: string | null }, verb = "changed"): Moment {
  const by = change.by === null || change.by === "" ? say`` : say` by ${code(change.by)}`;
  return { at: change.at, line: say`${what} ${verb} at ${at(change.at)}${by}` };
}
