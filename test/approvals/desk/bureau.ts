import { createRights } from "../../../src/approvals/rights.ts";
import { createDesk, type DeskParts } from "../../../src/approvals/desk/desk.ts";
import type { Choice, Desk, Drafted, Surveyed } from "../../../src/approvals/desk/types.ts";
import type { ApprovalRules } from "../../../src/approvals/types.ts";
import type { AccessReview, Reviewed } from "../../../src/cluster/access-review.ts";
import type { DiagnoseAnswer, DiagnoseRequest, LookAheadRequest, Subject, TagsRequest } from "../../../src/core.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { Read } from "../../../src/diagnosis/evidence.ts";
import { type Mark, writeMark } from "../../../src/repull/mark.ts";
import type { ObjectNow, World } from "../../../src/world.ts";
import { markOf, objectNow } from "../../cli/repull-harness.ts";
import { found, notFound, withSecret } from "../../diagnosis/checks.ts";
import { type Case, evidenceFor } from "../../repull/case.ts";
import { nodeWith, now, read } from "../../support/evidence.ts";
import { type Shelf, type ShelfOptions, shelfWith } from "../shelf.ts";

/** A desk on one workload, checkout in namespace shop, with requests in memory and rights from a table. */

export const dana: Subject = { user: "slack:T1:U1", groups: ["slack:T1"] };
export const erin: Subject = { user: "slack:T1:U2", groups: ["slack:T1", "slack:T1:S9"] };

export type Answer = Read<Reviewed> | "never";
export const yes: Answer = { status: "ok", value: { allowed: true, error: null } };
export const no: Answer = { status: "ok", value: { allowed: false, error: null } };

export interface Scene extends ShelfOptions {
  readonly case?: Case;
  /** Instead of the case: what the core answers. */
  readonly answer?: DiagnoseAnswer;
  /** Images of which the registry says so, by their ends. */
  readonly missing?: readonly string[];
  /** No registry answers. */
  readonly isSilent?: boolean;
  /** On the object; or how its read ends; or all of it. */
  readonly mark?: Partial<Mark> | string | null;
  readonly object?: Read<ObjectNow>;
  readonly over?: Partial<ObjectNow>;
  readonly keeper?: Readonly<Record<string, unknown>>;
  readonly tags?: Read<readonly string[]>;
  /** What Kubernetes says of one right; `create repulldecisions` as it is written. Default: yes to all. */
  readonly may?: (right: string, review: AccessReview) => Answer;
  readonly rules?: Partial<ApprovalRules>;
  readonly isReadOnly?: boolean;
  /** Whether who asks may look there. Default: yes. */
  readonly mayLook?: boolean;
}

export interface Bureau {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly diagnosed: DiagnoseRequest[];
  readonly lookedAhead: LookAheadRequest[];
  readonly tagsAsked: TagsRequest[];
  /** Rights that were asked about, in their order. */
  readonly reviewed: AccessReview[];
}

export const ended = { phase: "Succeeded", at: "2026-11-24T10:30:30Z", running: {} } as const;

const objectOf = ({ mark = null, over, case: of }: Scene): ObjectNow =>
  objectNow(mark === null || typeof mark === "string" ? mark : writeMark(markOf(mark)), {
    ...(of?.kind === "Pod" ? { uid: "uid-0" } : {}),
    ...over,
  });

const never = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what} was asked for`));

const worldOf = (scene: Scene): World => ({
  object: () => Promise.resolve(scene.object ?? read(objectOf(scene))),
  manifest: () =>
    Promise.resolve(scene.keeper === undefined ? { status: "absent", reason: "nothing is kept" } : read(scene.keeper)),
  pods: never("pods"),
  pod: never("a pod"),
  events: never("events"),
  write: never("a write"),
  rehearse: never("a rehearsal"),
  sleep: never("sleep"),
  clock: () => new Date(now),
});

export const restart: Case = { strategy: "restart", policy: "Always" };

const coreOf = (scene: Scene, seen: Omit<Bureau, "desk" | "shelf">): DeskParts["core"] => ({
  cluster: "kind",
  ready: never("its health"),
  mayGetPods: () =>
    Promise.resolve(scene.mayLook === false ? { ok: false, sentence: "U1 may not get pods." } : { ok: true }),
  diagnose: (request) => {
    seen.diagnosed.push(request);
    return Promise.resolve(scene.answer ?? answerFor(scene.case ?? restart));
  },
  lookAhead: (request) => {
    seen.lookedAhead.push(request);
    return Promise.resolve({
      checks: (scene.isSilent === true ? [] : request.images).map((of) => {
        const pinned = /@(sha256:.*)$/u.exec(of)?.[1];
        const there = pinned === undefined ? found() : found({ digest: pinned });
        const isMissing = (scene.missing ?? []).some((end) => of.endsWith(end));
        return withSecret(isMissing ? notFound() : there, null, { image: of });
      }),
      nodes: request.nodes.map((name) => ({ name, read: read(nodeWith({ name })) })),
      budgets: read([]),
      autoscalers: read([]),
    });
  },
  tags: (request) => {
    seen.tagsAsked.push(request);
    return Promise.resolve(scene.tags ?? read(["2.4.2", "2.4.1"]));
  },
});

export function answerFor(asked: Case): DiagnoseAnswer {
  const evidence = evidenceFor(asked);
  return { kind: "diagnosis", evidence, diagnosis: { ...diagnose(evidence), cause: asked.cause ?? "healthy" } };
}

const within = 20;

export function bureau(scene: Scene = {}): Bureau {
  const seen: Omit<Bureau, "desk" | "shelf"> = { diagnosed: [], lookedAhead: [], tagsAsked: [], reviewed: [] };
  const shelf = shelfWith(scene);
  const rights = createRights((review, signal) => {
    seen.reviewed.push(review);
    const answer = scene.may?.(`${review.verb} ${review.resource}`, review) ?? yes;
    if (answer !== "never") return Promise.resolve(answer);
    return new Promise((resolve) => {
      const late = (): void => resolve({ status: "timeout", reason: "no answer in time" });
      signal.addEventListener("abort", late, { once: true });
    });
  }, within);
  const desk = createDesk({
    core: coreOf(scene, seen),
    world: worldOf(scene),
    store: shelf,
    rights,
    rules: () => ({ needed: 1, people: new Map(), ...scene.rules }),
    isReadOnly: () => scene.isReadOnly ?? false,
    expiresAfterSeconds: 1_800,
  });
  return { desk, shelf, ...seen };
}

const target = { kind: "object", namespace: "shop", resource: "Deployment", name: "checkout" } as const;

export async function surveyIn({ desk }: Pick<Bureau, "desk">): Promise<Surveyed> {
  const surveyed = await desk.survey(target, { defaultNamespace: null, asker: null });
  if (surveyed.kind !== "surveyed") throw new Error(surveyed.sentence);
  return surveyed;
}

export const choice = (over: Partial<Choice> = {}): Choice => ({
  strategy: "restart",
  container: null,
  tag: null,
  image: null,
  allowUnproven: false,
  allowRepository: false,
  ...over,
});

export type Planned = Extract<Drafted, { kind: "planned" }>;

/** What somebody would ask for. */
export async function draftedIn(here: Bureau, over: Partial<Choice> = {}): Promise<Planned> {
  const drafted = await here.desk.plan(await surveyIn(here), choice(over));
  if (drafted.kind !== "planned") throw new Error(drafted.sentence);
  return drafted;
}
