import { shortDigest } from "../../diagnosis/digests.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import { type Case, onNode } from "./judgement.ts";
import { beforeOf, digestsSeen, shortDigests } from "./running-now.ts";
import type { RunningNow } from "./types.ts";

interface Wrong {
  /** The decisive one first. */
  readonly lines: readonly Line[];
  readonly about: string | null;
}

/** What new pods run that was not promised, or that nobody can compare; null where each runs what it is to run. */
export function wrongDigest(judged: Case): Wrong | null {
  const { mark, running, counted } = judged;
  const wrong = mark.wanted === null ? unlike(judged) : running.filter(({ is }) => is !== "promised");
  if (wrong.length === 0) return null;
  const groups = [...Map.groupBy(wrong, ({ container, digest }) => `${container} ${digest ?? ""}`).values()];
  const first = counted.fresh.find(({ name }) => name === wrong[0]?.pod);
  return {
    lines: groups.map((group) => (mark.wanted === null ? saysUnlike(group) : saysWrong(group, judged))),
    about: first === undefined ? null : first.name,
  };
}

/** Nothing was promised: one digest everywhere is the least that can be asked for. Those of a container that shows several, or none. */
function unlike({ running }: Case): readonly RunningNow[] {
  const seen = digestsSeen(running);
  return running.filter(({ container, digest }) => digest === null || (seen[container]?.length ?? 0) > 1);
}

const podsIn = (group: readonly RunningNow[]): Line => {
  const named = group.slice(0, 3).map((one) => say`${code(one.pod)}${onNode({ nodeName: one.node })}`);
  const more = group.length > named.length ? say` and ${group.length - named.length} more` : say``;
  return say`${group.length === 1 ? "pod" : "pods"} ${join(named, ", ")}${more}`;
};

const verb = (group: readonly RunningNow[]): string => (group.length === 1 ? "runs" : "run");

function saysUnlike(group: readonly RunningNow[]): Line {
  const [{ container, digest } = { container: "", digest: null }] = group;
  return digest === null
    ? say`nothing could be verified: the runtime names the image in ${code(container)} of ${podsIn(group)} by no digest`
    : say`${podsIn(group)} ${verb(group)} ${code(shortDigest(digest))} in ${code(container)}, others do not; nothing had been promised`;
}

function saysWrong(group: readonly RunningNow[], judged: Case): Line {
  const { mark, counted } = judged;
  const [first] = group;
  if (first === undefined) return [];
  const { container, digest } = first;
  const promised = mark.wanted?.[container] ?? [];
  if (digest === null || first.is === "unknown")
    return say`what ${podsIn(group)} ${verb(group)} in ${code(container)} cannot be compared with what was promised: ${digest === null ? "the runtime names no digest" : say`${code(shortDigest(digest))} may be the same image under another name`}`;
  const before = beforeOf(mark, container);
  const which = say`${podsIn(group)} ${verb(group)} ${code(shortDigest(digest))} in ${code(container)}`;
  const promise = say`promised was ${shortDigests(promised.slice(0, 1))}`;
  const back = counted.takenBack.filter(({ name }) => group.some(({ pod }) => pod === name));
  if (back.length > 0) {
    const [it, were, pulls] = back.length === 1 ? ["it", "was", "pulls"] : ["they", "were", "pull"];
    return say`${which}: ${it} ${were} made from this template before, ${were} taken back as ${it} ${back.length === 1 ? "is" : "are"}, and ${pulls} nothing until ${it} ${back.length === 1 ? "is" : "are"} restarted; ${promise}`;
  }
  if (digest !== before) {
    const old = before === null ? say`` : say`, before ran ${shortDigests([before])}`;
    return say`${which}; ${promise}${old}`;
  }
  const asks = counted.fresh.some(
    ({ name, containers }) =>
      group.some(({ pod }) => pod === name) &&
      containers.some((one) => one.name === container && one.imagePullPolicy === "Always"),
  );
  const nodes = [...new Set(group.flatMap(({ node }) => (node === null ? [] : [node])))];
  const held = say`node ${join(
    nodes.slice(0, 3).map((node) => say`${code(node)}`),
    ", ",
  )} held the name ${code(first.image)}`;
  return asks
    ? say`${which}, as before, although they pull at each start: what answered them still had the old; ${promise}`
    : say`${which}, as before: it was never pulled there, for ${held}; ${promise}`;
}
