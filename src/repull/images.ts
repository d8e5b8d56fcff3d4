import { untagged } from "../diagnosis/causes/commands.ts";
import { isSameImage } from "../diagnosis/image-facts.ts";
import { type ImageReference, parseImageReference } from "../diagnosis/image-reference.ts";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { type Parameters, type Strategy, onlyPulls } from "./strategy.ts";
import type { NewContainer, Subject } from "./subject.ts";

/** The containers that a re-pull is for, and the image that was asked for them, if any. */
export interface Choice {
  readonly containers: readonly NewContainer[];
  /** Null: the image stays, or is told by the registry (`pin-digest`). */
  readonly image: string | null;
}

/** These change one container, or ask one image, and must know which. */
const oneContainer: ReadonlySet<Strategy> = new Set(["set-image", "pin-digest", "policy-always"]);

/** Reads `--container`, `--tag` and `--image` against what the object has. The error is a sentence for whoever typed them. */
export function choose(parameters: Parameters, subject: Subject): Result<Choice> {
  const { strategy, tag, image } = parameters;
  if (parameters.undo !== null) return pinned(parameters.undo.pins, subject);
  const usage = usageProblem(parameters);
  if (usage !== null) return badInput(usage);
  const containers = chosenContainers(parameters, subject);
  if (!containers.ok) return containers;
  const [only] = containers.value;
  if (tag === null && image === null) return success({ containers: containers.value, image: null });
  if (only === undefined || containers.value.length > 1)
    return badInput(`${strategy} takes an image for one container: add --container, one of ${listed(subject)}.`);
  const wanted = image ?? `${untagged(only.image)}:${tag}`;
  const reference = parseImageReference(wanted);
  return reference.ok
    ? success({ containers: containers.value, image: wanted })
    : badInput(`${reference.error.sentence}.`);
}

/** What is taken back: each container gets its own image, of whatever repository it ran from before. */
function pinned(pins: Readonly<Record<string, string>>, { containers, object }: Subject): Result<Choice> {
  const names = Object.keys(pins);
  const gone = names.find((name) => containers.every((container) => container.name !== name));
  return gone === undefined
    ? success({ containers: containers.filter(({ name }) => names.includes(name)), image: null })
    : badInput(`container ${gone} is no longer in ${object.kind.toLowerCase()} ${object.name}.`);
}

/** The image that a container is to have, as far as what was typed tells: its own, where nothing else was asked for. */
export const imageAsked = (
  { parameters, choice }: { readonly parameters: Parameters; readonly choice: Choice },
  container: NewContainer,
): string => parameters.undo?.pins[container.name] ?? choice.image ?? container.image;

function usageProblem({ strategy, tag, image }: Parameters): string | null {
  if (tag !== null && image !== null)
    return "--tag and --image were both given: --image holds the whole reference, so leave --tag out.";
  const isGiven = tag !== null || image !== null;
  if (strategy === "set-image" && !isGiven)
    return "set-image needs to know which image: add --tag with a tag of the same repository, or --image with a whole reference.";
  if (isGiven && strategy !== "set-image" && !onlyPulls(strategy))
    return `${strategy} keeps the image's name: leave ${tag === null ? "--image" : "--tag"} out, or use --strategy set-image.`;
  if (tag === null) return null;
  if (/^@?sha\d+:/u.test(tag))
    return `--tag is ${JSON.stringify(tag)}, a digest: write --image with the repository before it, as in ghcr.io/shop/web@${tag.replace(/^@/u, "")}.`;
  if (/[/:@]/u.test(tag))
    return `--tag is ${JSON.stringify(tag)}, a whole reference: write --image ${tag}, or the tag alone.`;
  return null;
}

function chosenContainers(parameters: Parameters, subject: Subject): Result<readonly NewContainer[]> {
  const { strategy, container: name } = parameters;
  const { containers, object } = subject;
  const own = containers.filter(({ isInjected }) => !isInjected);
  if (name !== null) {
    const named = containers.filter((container) => container.name === name);
    return named.length > 0
      ? success(named)
      : badInput(
          `no container ${JSON.stringify(name)} in ${object.kind.toLowerCase()} ${object.name}. It has ${listed(subject)}.`,
        );
  }
  const [main, ...more] = own.filter(({ list }) => list === "containers");
  if (!oneContainer.has(strategy) && parameters.tag === null && parameters.image === null)
    return success(onlyPulls(strategy) ? distinct(own) : own.filter(({ list }) => list === "containers"));
  return main === undefined || more.length > 0
    ? badInput(`${strategy} is for one container: add --container, one of ${listed(subject)}.`)
    : success([main]);
}

/** Each image once: pulling it twice on a node is pulling it once. */
const distinct = (containers: readonly NewContainer[]): readonly NewContainer[] =>
  containers.filter(({ image }, index) => containers.findIndex((other) => isSameImage(other.image, image)) === index);

const listed = ({ containers }: Subject): string =>
  containers
    .map(
      ({ name, list, isInjected }) =>
        `${name}${list === "initContainers" ? " (init)" : isInjected ? " (injected)" : ""}`,
    )
    .join(", ");

/** Why an image may not be taken for a container: it is of another repository. Null where it may. */
export function otherRepository(from: string, to: string, { allowRepository }: Parameters): string | null {
  const [old, wanted] = [parseImageReference(from), parseImageReference(to)];
  if (allowRepository || !wanted.ok) return null;
  if (old.ok && old.value.repository === wanted.value.repository) return null;
  const was = old.ok ? old.value.repository : from;
  return `${what(wanted.value)} of another repository, ${wanted.value.repository} instead of ${was}: other code would run under the workload's ServiceAccount. --allow-repository allows it.`;
}

const what = ({ digest }: ImageReference): string => (digest === null ? "the image is" : "the digest is one");
