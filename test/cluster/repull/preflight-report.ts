import { readImageId } from "../../../src/diagnosis/digests.ts";
import type { Planned } from "../../../src/repull/repull.ts";
import { onlyPulls } from "../../../src/repull/strategy.ts";
import type { Cluster } from "../cluster.ts";
import type { Node } from "../kubernetes.ts";
import { list } from "../runner.ts";
import { nameOf } from "./cases.ts";
import { text } from "./preflight-ask.ts";
import type { Kubelet } from "./preflight-kubelet.ts";
import type { Answered } from "./preflight-live.ts";

/** What the pre-flight said, and what the kubelet then did. */
export interface Result extends Answered {
  readonly planned: Planned;
}

export const answerOf = ({ planned }: Result): Planned["preflight"]["answer"] => planned.preflight.answer;

/**
 * Pulled, and what was promised runs of it. A pod that only pulls runs nothing, and is asked for its digest alone. Where a pod from before has pulled it by its
 * own next try, after the node had been made to forget it, the new one need not.
 */
export function isKept({ made, planned, kubelet, isFetched }: Result): boolean {
  const digest = readImageId(kubelet.imageID)?.digest ?? "";
  const promised = planned.plan?.wanted?.some(({ digests }) => digests.includes(digest)) ?? false;
  const runs = kubelet.did === "ran" || (kubelet.did === "present" && kubelet.reason === "" && isFetched);
  return promised && (runs || (onlyPulls(made.asked.strategy) && kubelet.did === "loaded"));
}

/** What was said to be impossible came about. Where the way back was in question, that is what is looked at. */
export function cameAbout({ kubelet, back }: Result): boolean {
  return (back ?? kubelet).did === "ran";
}

function toldOf({ did, reason }: Kubelet, onlyPulls: boolean): string {
  const end = onlyPulls ? "" : reason === "" ? ", and it runs" : ", and could not start it";
  if (did === "ran" || did === "loaded") return `pulled it${end}`;
  if (did === "present") return `did not ask: the node had it${end}`;
  return reason === "" || reason === "ErrImagePull" || reason === "ImagePullBackOff" ? "failed" : `failed (${reason})`;
}

/** The kubelet's deed, in words that are the same in every run. */
export function told({ made, kubelet, back, isFetched }: Result): string {
  const deed = toldOf(kubelet, onlyPulls(made.asked.strategy));
  const own = kubelet.did === "present" && isFetched ? `${deed} (by a try of the old pod's own)` : deed;
  return back === null ? own : `${own}; the way back: ${toldOf(back, false)}`;
}

function judged(one: Result): string {
  if (answerOf(one) === "unproven") return "";
  return (answerOf(one) === "possible" ? isKept(one) : !cameAbout(one)) ? "yes" : "NO";
}

/** "mended" says too little to whoever has not read the cases. */
const what = ({ made }: Result): string => nameOf(made.asked).replace("basic: mended", "basic: wrong until just now");

/** What decided, with the same names in every run. */
function reasonOf({ made: { name, container, app }, planned }: Result): string {
  const [first = []] = planned.preflight.reasons;
  const [host = ""] = name.split("/");
  return text(first)
    .replaceAll(name, "registry/team/app")
    .replaceAll(host, "registry")
    .replaceAll(new RegExp(`\\b(?:${container}|${app})\\b`, "g"), "app")
    .replaceAll(/\bapp-[a-z0-9]+-[a-z0-9]{5}\b/g, "app-0")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:…");
}

/** Only the shape of the table is ours: everything in it is what was said and done. */
export async function report(cluster: Cluster, results: readonly Result[]): Promise<string> {
  const [node] = await list<Node>(cluster, "nodes");
  const { kubeletVersion = "", containerRuntimeVersion = "" } = node?.status.nodeInfo ?? {};
  const of = (which: ReturnType<typeof answerOf>): readonly Result[] =>
    results.filter((one) => answerOf(one) === which);
  const [possible, impossible, unproven] = [of("possible"), of("impossible"), of("unproven")];
  return [
    `${kubeletVersion}, ${containerRuntimeVersion}, ${results.length} cases`,
    "",
    "| said | cases | right | wrong |",
    "| --- | --- | --- | --- |",
    `| possible | ${possible.length} | ${possible.filter(isKept).length} | ${possible.filter((one) => !isKept(one)).length} |`,
    `| impossible | ${impossible.length} | ${impossible.filter((one) => !cameAbout(one)).length} | ${impossible.filter(cameAbout).length} |`,
    `| unproven | ${unproven.length} | | |`,
    "",
    "| | what | said | the kubelet | right |",
    "| --- | --- | --- | --- | --- |",
    ...results.map((one, at) => `| ${at} | ${what(one)} | ${answerOf(one)} | ${told(one)} | ${judged(one)} |`),
    "",
    ...unproven.map((one) => `- ${what(one)}: ${reasonOf(one)}. The kubelet: ${told(one)}.`),
    "",
  ].join("\n");
}

/** A line each, for whoever reads why a test failed. */
export const lines = (which: readonly Result[]): readonly string[] =>
  which.map(
    (one) =>
      `${nameOf(one.made.asked)}: ${one.planned.preflight.reasons.map(text).at(0)}; the kubelet: ${told(one)} ${one.kubelet.message.slice(0, 160)}`,
  );
