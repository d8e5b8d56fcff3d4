import type { Asking, AskedAt, Choice, Desk, Drafted, Surveyed } from "../../../src/approvals/desk/types.ts";
import { surveyed } from "../../../src/approvals/desk/survey.ts";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import { draftOf } from "../../../src/repull/repull.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { spec } from "../../approvals/case.ts";
import { type Case, evidenceFor, plan, text } from "../../repull/case.ts";
import { FakeDesk, requestBy } from "../support/desk.ts";
import { sam, stage, type Stage } from "../support/stage.ts";

/** A desk whose plans are the engine's own, for one workload; a test changes what it says, and when. */
export class PlanningDesk extends FakeDesk {
  /** What the workload is. */
  of: Case = { strategy: "restart", policy: "Always" };
  readonly surveys: Parameters<Desk["survey"]>[] = [];
  readonly plans: Choice[] = [];
  readonly asked: Asking[] = [];
  isOff = false;
  approvals = 1;
  /** Waited for before a survey, or before a plan, is answered. */
  surveying: () => Promise<void> = () => Promise.resolve();
  planning: (choice: Choice) => Promise<void> = () => Promise.resolve();
  /** Part of each fingerprint: what is shown no longer holds when it changes. */
  version = 1;
  listing: Desk["tags"] = () => Promise.resolve({ status: "ok", value: ["2.4.2", "2.4.1", "2.4.0"] });
  asking: (asking: Asking) => AskedAt | Promise<AskedAt> = (asking) => ({ kind: "asked", request: made(asking) });
  undoing: Desk["planUndo"] = async (request) => {
    const drafted = await this.planned(undone);
    return drafted.kind === "planned" ? { ...drafted, undoes: request.name } : drafted;
  };

  override isReadOnly = (): boolean => this.isOff;
  override needed = (): number => this.approvals;
  override survey: Desk["survey"] = async (...asked) => {
    this.surveys.push(asked);
    await this.surveying();
    return this.found(...asked);
  };
  found: Desk["survey"] = () => Promise.resolve(surveyOf(this.of));
  override plan: Desk["plan"] = async (_, chosen) => {
    this.plans.push(chosen);
    await this.planning(chosen);
    return this.planned(chosen);
  };
  override tags: Desk["tags"] = (...asked) => this.listing(...asked);
  override planUndo: Desk["planUndo"] = (...asked) => this.undoing(...asked);
  override ask: Desk["ask"] = async (asking) => {
    this.asked.push(asking);
    return this.asking(asking);
  };

  planned(chosen: Choice): Promise<Drafted> {
    const { strategy, container, tag, allowUnproven } = chosen;
    const asked = { ...this.of, strategy, parameters: { container, tag, allowUnproven } };
    const evidence = evidenceFor(asked);
    const draft = draftOf(parametersOf(strategy, asked.parameters), evidence, diagnose(evidence));
    if (!draft.ok) {
      const { error } = draft;
      return Promise.resolve(
        error.kind === "usage"
          ? { kind: "incomplete", needs: "tag", sentence: error.sentence }
          : { kind: "refused", sentence: text(error.planned.refused ?? []) },
      );
    }
    const planned = plan(asked);
    if ("usage" in planned) throw new Error(planned.usage);
    const fingerprint = planned.plan === null ? null : `${planned.plan.mark.fingerprint}-${this.version}`;
    return Promise.resolve({ kind: "planned", draft: draft.value, planned, fingerprint, undoes: null });
  }
}

/** What taking back comes to. */
export const undone: Choice = {
  strategy: "set-image",
  container: null,
  tag: "2.4.0",
  image: null,
  allowUnproven: false,
  allowRepository: false,
};

export function surveyOf(asked: Case, over: Partial<Surveyed> = {}): Surveyed {
  const evidence = evidenceFor(asked);
  return { ...surveyed({ evidence, diagnosis: diagnose(evidence) }), ...over };
}

/** The request that asking leads to. */
export const made = ({ who, reason }: Asking, over: Partial<RepullRequest> = {}): RepullRequest => ({
  ...requestBy(sam),
  name: "checkout-0123456789abcdef-1",
  spec: spec({ requestedBy: who.user, reason }),
  status: null,
  ...over,
});

/** The real app with such a desk behind it, `over` changed before anybody does anything. */
export async function begun(
  over: (desk: PlanningDesk) => void = () => {},
  parts: Parameters<typeof stage>[1] = {},
): Promise<{ readonly on: Stage; readonly desk: PlanningDesk }> {
  const desk = new PlanningDesk();
  over(desk);
  return { desk, on: await stage("socket", { ...desk.parts, ...parts }) };
}
