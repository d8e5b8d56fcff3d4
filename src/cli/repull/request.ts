import { type AskedFor, askOnce } from "../../approvals/ask-once.ts";
import { specOf, usualExpiry } from "../../approvals/ask.ts";
import { isFinal } from "../../approvals/machine.ts";
import { phaseOf } from "../../approvals/told.ts";
import type { RepullRequest } from "../../approvals/types.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import type { Draft } from "../../repull/draft.ts";
import { type Mark, readMark } from "../../repull/mark.ts";
import type { Planned } from "../../repull/repull.ts";
import { askedText } from "../requests/asked-text.ts";
import { follow } from "../requests/follow.ts";
import { answer, type Here, type Noted, refusal } from "./here.ts";
import type { Report } from "./render-json.ts";

/** A plan that is to be asked for. */
export interface Asking {
  /** As it was shown. */
  readonly report: Report;
  /** The same without the kubeconfig's context, which is nobody else's. */
  readonly planned: Planned;
  readonly draft: Draft;
  readonly noted: Noted | null;
}

/** Asks for the plan instead of running it: the exit code. 0: it is asked for, by this call or before; with `--wait`: it has succeeded. */
export async function request(here: Here, asking: Asking): Promise<number> {
  const { door, asked, world } = here;
  const { report, planned, draft } = asking;
  const { plan } = planned;
  const refuse = (line: Line): number =>
    answer(here, { ...report, phase: "Refused", refused: line }, world.clock().toISOString());
  const { store, whoAmI, expiresAfterSeconds } = await door.approvals();
  const who = await whoAmI();
  if (who.status !== "ok") return refuse(say`nothing was asked: ${code(who.reason)}`);
  if (plan === null) return refuse(say`there is no plan that could be asked for`);
  const outcome = await askOnce(store, draft.subject.object.namespace, plan.mark.fingerprint, (attempt) =>
    specOf({
      planned,
      parameters: draft.parameters,
      object: draft.subject.object,
      who: who.value,
      reason: asked.request?.reason ?? "",
      undoes: undoneRequest(asking),
      attempt,
      expiresAfterSeconds: expiresAfterSeconds ?? usualExpiry,
    }),
  );
  return concluded(here, report, outcome, who.value.user);
}

/** The request that an undo takes back: the mark on the object names it. */
const undoneRequest = ({ draft, noted }: Asking): string | null => {
  if (draft.parameters.undo === null || noted?.read.status !== "ok") return null;
  return readMark(noted.read.value.mark)?.request?.name ?? null;
};

/** The same is being carried out already: whether it was asked for, or somebody runs it by hand. The exit code. */
export async function requestUnderWay(here: Here, target: Target, mark: Mark): Promise<number> {
  const { door, world } = here;
  const { store } = await door.approvals();
  const read = mark.request === null ? null : await store.request(target.namespace, mark.request.name);
  const found = read?.status === "ok" && read.value.uid === mark.request?.uid ? read.value : null;
  const line = say`the same re-pull is under way since ${at(mark.startedAt)}, and nothing was asked: wait for its end`;
  const report = refusal(here, target, line);
  return found === null || isFinal(phaseOf(found))
    ? answer(here, report, world.clock().toISOString())
    : concluded(here, { ...report, refused: null }, { kind: "open", request: found }, null);
}

async function concluded(here: Here, report: Report, outcome: AskedFor, user: string | null): Promise<number> {
  const { asked, io, world, door } = here;
  const now = world.clock();
  const refuse = (line: Line): number =>
    answer(here, { ...report, phase: "Refused", refused: line }, now.toISOString());
  if (outcome.kind === "refused") return refuse(say`nothing was asked: ${code(outcome.sentence)}`);
  if (outcome.kind === "unknown") return refuse(say`${code(outcome.sentence)}`);
  const { request: found } = outcome;
  const { namespace, name } = found;
  if (outcome.kind === "denied") return refuse(denial(found));
  const words = {
    now,
    isNew: outcome.kind === "asked",
    user,
    command: (...rest: readonly string[]) => asked.requests(namespace, ...rest),
  };
  const text = askedText(found, words, io.terminal);
  if (asked.output === "text") io.out(`${report.plan === null ? "" : "\n"}${text}`);
  const whole: Report = { ...report, phase: phaseOf(found), request: { namespace, name } };
  if (asked.request?.wait !== true) return answer(here, whole, now.toISOString());
  if (asked.output === "json") io.err(text);
  const { store } = await door.approvals();
  const again = asked.requests(namespace, "show", name, "--wait");
  const end = await follow({ store, io, sleep: (time, stop) => world.sleep(time, stop), again }, found);
  if (asked.output === "json") answer(here, { ...whole, phase: end.phase }, world.clock().toISOString());
  return end.phase === "Succeeded" ? 0 : 1;
}

function denial({ name, status }: RepullRequest): Line {
  const step = status?.history.findLast(({ phase }) => phase === "Denied");
  const when = step === undefined ? say`` : say` (${at(step.at)})`;
  const why = (step?.message ?? status?.message ?? "denied").replace(/\.$/u, "");
  return say`the same was asked as ${code(name)}: ${code(why)}${when}. It stays so until the workload, the tag or its digest changes`;
}
