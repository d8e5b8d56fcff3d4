import type { LookAhead, Landing } from "../core.ts";
import { type Found, isIndex, offered } from "../diagnosis/registry-view.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import { type Informed, nodesOf, viewed } from "./draft.ts";
import type { NewContainer } from "./subject.ts";
import { impossible, ok, unproven, type Verdict } from "./verdict.ts";

/** Some processors run what an older one of their family runs. */
const older: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };

/** Whether an image is offered for a platform; null where that could not be told. */
function isOffered({ platforms }: Found, os: string, architecture: string): boolean | null {
  if (platforms === null || os === "" || architecture === "") return null;
  if (platforms.some((one) => one.architecture === architecture && one.os === os)) return true;
  return platforms.some((one) => one.os === os && older[architecture] === one.architecture) ? null : false;
}

/** The other nodes of pods that are there: the registry was asked for the platform of one. */
export function onNodes({ image }: NewContainer, informed: Informed): readonly Verdict[] {
  const view = viewed(informed, image);
  const answer = view?.byKubelet === true ? view.answer : null;
  if (answer?.kind !== "found" || answer.fits !== true) return [];
  const own = informed.subject.newPod?.nodeName ?? null;
  const others = nodesOf(informed).filter((name) => name !== own);
  return others.flatMap((name): readonly Verdict[] => {
    const read = informed.ahead.nodes.find((node) => node.name === name)?.read;
    if (read?.status !== "ok")
      return [
        unproven(say`node ${code(name)} could not be read: whether ${code(image)} fits its platform is not known`),
      ];
    const { architecture, operatingSystem } = read.value;
    const fits = isOffered(answer, operatingSystem, architecture);
    if (fits === true) return [];
    const platform = code(`${operatingSystem}/${architecture}`);
    return fits === false
      ? [
          impossible(
            say`${code(image)} is not offered for ${platform}, the platform of node ${code(name)}${isIndex(answer) ? "" : say` (it is one image, for ${code(offered(answer).join(", "))})`}`,
          ),
        ]
      : [
          unproven(
            say`whether ${code(image)} runs on ${platform}, the platform of node ${code(name)}, could not be told`,
          ),
        ];
  });
}

/**
 * The nodes that a pod may land on which is on none: of one platform, it is held against the image; of several, each is. Null where the pod has a node.
 * `answer` was asked for the platform of the first.
 */
export function landed(image: string, answer: Found, landing: LookAhead["landing"]): readonly Verdict[] | null {
  if (landing === undefined) return null;
  if (landing.status !== "ok")
    return [
      unproven(say`whether ${code(image)} fits the node that a new pod lands on is not known: ${landing.reason}`),
    ];
  const [first] = landing.value;
  if (first === undefined)
    return [unproven(say`no node fits the template's nodeSelector: a new pod would not be scheduled`)];
  const all = [...Map.groupBy(landing.value, nameOf)].map(([platform, nodes]) => ({
    platform,
    nodes,
    fits: platform === nameOf(first) ? answer.fits : isOffered(answer, ...partsOf(nodes)),
  }));
  const places = landing.value.length === 1 ? say`node ${code(first.name)}` : say`the ${landing.value.length} nodes`;
  const wrong = all.filter(({ fits }) => fits !== true);
  if (wrong.length === 0)
    return [
      ok(
        say`${code(image)} is for ${join(
          all.map(({ platform }) => [code(platform)]),
          " and ",
        )}, the platform of ${places} that new pods may land on`,
      ),
    ];
  if (wrong.every(({ fits }) => fits === false) && wrong.length === all.length)
    return [
      impossible(
        say`${code(image)} is not offered for ${join(
          wrong.map(({ platform }) => [code(platform)]),
          " or ",
        )}, the platform of ${places} that new pods may land on: ${code(offered(answer).join(", "))} is all that there is`,
      ),
    ];
  return wrong.map(({ platform, nodes: [node], fits }) => {
    const where: Line = say`node ${code(node?.name ?? "")} that a new pod may land on`;
    const which = platform === "" ? say`the platform` : say`${code(platform)}, the platform`;
    return unproven(
      fits === false
        ? say`${code(image)} is not offered for ${which} of ${where}`
        : say`whether ${code(image)} runs on ${which} of ${where} could not be told`,
    );
  });
}

const nameOf = ({ operatingSystem, architecture }: Landing): string =>
  operatingSystem === "" || architecture === "" ? "" : `${operatingSystem}/${architecture}`;
const partsOf = ([node]: readonly Landing[]): [os: string, architecture: string] => [
  node?.operatingSystem ?? "",
  node?.architecture ?? "",
];
