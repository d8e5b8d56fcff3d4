import { quote } from "../diagnosis/causes/commands.ts";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { at, code, join, type Line, say } from "../diagnosis/say.ts";
import type { ObjectName, ObjectNow } from "../world.ts";
import type { Choice } from "./images.ts";
import { isUnderWay, type Mark, readMark } from "./mark.ts";
import { onlyPulls, type Parameters, parametersOf } from "./strategy.ts";
import { resourceOf } from "./subject.ts";

/** The object that a re-pull was made of, as it stands now. */
export interface Noted {
  readonly object: Pick<ObjectName, "kind" | "name"> & Partial<Pick<ObjectName, "namespace">>;
  readonly now: ObjectNow;
  readonly clock: Date;
}

/**
 * What takes the last re-pull of an object back: a `set-image` to the digests that ran before it, each container's own. Of `given`, what does not say
 * what is pulled is kept (context, timeout, permissions). The error says in one sentence why it is not offered.
 */
export function undoParameters({ object, now, clock }: Noted, given: Partial<Parameters> = {}): Result<Parameters> {
  const name = resourceOf(object);
  const mark = readMark(now.mark);
  if (mark === null)
    return badInput(
      now.mark === null
        ? `no re-pull is noted on ${name}: there is nothing to take back.`
        : `what is noted on ${name} is of another imagepull, and cannot be read: there is nothing that can be taken back.`,
    );
  const again = isUnderWay(mark, clock) ? sameAgain(object, mark, given.context ?? null) : null;
  const why = whyNot(name, mark, now, clock, again);
  if (why !== null) return badInput(why);
  const { container: _container, tag: _tag, image: _image, only: _only, selector: _selector, ...kept } = given;
  const undo = { fingerprint: mark.fingerprint, pins: pinsOf(mark) };
  return success(parametersOf("set-image", { ...kept, undo, takesBack: mark.startedAt }));
}

function whyNot(name: string, mark: Mark, now: ObjectNow, clock: Date, again: string | null): string | null {
  if (isUnderWay(mark, clock))
    return `a re-pull of ${name} is still under way (${mark.strategy}, since ${mark.startedAt}). ${goOn(mark, again)}; without that it holds this off until ${mark.deadline}.`;
  if (mark.undoes !== null)
    return `the last re-pull of ${name} was taken back already (at ${mark.startedAt}): there is nothing further to go back to.`;
  if (!isOffered(mark)) {
    const containers = Object.keys(mark.before);
    return `what ran in ${containers.length === 0 ? name : listed(containers)} before the re-pull of ${mark.startedAt} is not known by a digest (no pod ran, or several images, or the runtime names none): there is nothing to go back to.`;
  }
  const changed = now.template.find(({ name: one, image }) => (mark.containers[one]?.image ?? image) !== image);
  if (changed !== undefined)
    return `${name} has changed since the re-pull of ${mark.startedAt}: container ${changed.name} has ${changed.image}${by(now)}. Set what you want with --strategy set-image.`;
  const pins = Object.entries(pinsOf(mark));
  const gone = pins.find(([one]) => now.template.every((container) => container.name !== one));
  if (gone !== undefined)
    return `${name} has changed since the re-pull of ${mark.startedAt}: container ${gone[0]} is not in its template${by(now)}.`;
  const isThere = ([one, image]: readonly [string, string]): boolean =>
    now.template.some((container) => container.name === one && container.image === image);
  return pins.every(isThere) ? `${name} is pinned to what ran before already: there is nothing to take back.` : null;
}

const by = ({ templateChange: change }: ObjectNow): string =>
  change === null ? "" : ` (set by ${change.by} at ${change.at})`;

const listed = (containers: readonly string[]): string =>
  containers.length === 1 ? `container ${containers[0]}` : `containers ${containers.join(", ")}`;

/** What ran before, as a reference by digest, of each container of which it is known. */
const pinsOf = ({ before }: Mark): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(before).flatMap(([container, image]) => (image === null ? [] : [[container, image]])),
  );

/** It has stopped pods, is no way back itself, and what ran before is known of at least one container. */
const isOffered = (mark: Mark): boolean =>
  !onlyPulls(mark.strategy) && mark.undoes === null && Object.keys(pinsOf(mark)).length > 0;

/** What ends it earlier than its deadline. */
function goOn({ request }: Mark, again: string | null): string {
  if (request !== null) return `It is carried out for the request ${request.name}: undo it once that has ended`;
  const how = again === null ? "by the same command as before," : `by ${again}`;
  return `If it was interrupted, go on with it, ${how} and undo it once it has ended`;
}

/** The command that goes on with what the mark says is under way; null where it does not tell how the pods were selected. */
function sameAgain(object: Noted["object"], { strategy, asked }: Mark, context: string | null): string | null {
  const { container, tag, image, only, selector } = asked;
  const [pod, ...more] = only ?? [];
  if ((selector === null && more.length > 0) || object.namespace === undefined) return null;
  const target = pod === undefined ? object : { ...object, kind: "Pod", name: pod };
  const options = Object.entries({ selector, strategy, container, tag, image, context });
  return commandFor(
    selector === null ? [typed(target)] : [],
    object.namespace,
    options.flatMap(([name, value]) => (value === null ? [] : [`--${name}`, value])),
  );
}

/** As `imagepull` and kubectl take them. */
const shortKinds: Readonly<Record<string, string>> = { Deployment: "deploy", StatefulSet: "sts", DaemonSet: "ds" };

/** `imagepull repull undo deploy/web -n shop`; null where there is no way back. */
export function undoCommand({ kind, name, namespace }: ObjectName, mark: Mark, context: string | null): string | null {
  if (!isOffered(mark)) return null;
  return commandFor(["undo", typed({ kind, name })], namespace, context === null ? [] : ["--context", context]);
}

const typed = ({ kind, name }: Pick<ObjectName, "kind" | "name">): string =>
  `${shortKinds[kind] ?? kind.toLowerCase()}/${name}`;

const commandFor = (what: readonly string[], namespace: string, options: readonly string[]): string =>
  ["imagepull", "repull", ...what, "-n", namespace, ...options].map(quote).join(" ");

/** What stays of the re-pull that is taken back; null where nothing is taken back. */
export function undoLeaves({ undo, takesBack }: Parameters, { containers }: Choice): Line | null {
  if (undo === null) return null;
  const always = containers.filter(({ policy }) => policy === "Always").map(({ name }) => say`${code(name)}`);
  const policies = always.length === 0 ? say`` : say`; the pull policy Always of ${join(always, ", ")} stays`;
  // A rollout that was undone brings the note of an earlier re-pull back, and it is that one.
  const which = takesBack === null ? say`` : say`takes back the re-pull of ${at(takesBack)}, and `;
  return say`it ${which}pins what ran before: the tag is not followed until one is set again${policies}`;
}
