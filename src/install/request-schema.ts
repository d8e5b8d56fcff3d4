import {
  phases,
  type Counted,
  type DecisionSpec,
  type RequestSpec,
  type RequestStatus,
  type Step,
  verbs,
} from "../approvals/types.ts";
import { strategies } from "../repull/strategy.ts";
import {
  byContainer,
  count,
  fields,
  flag,
  instant,
  list,
  type Of,
  oneOf,
  orNull,
  type Schema,
  text,
  word,
} from "./structural.ts";

/** What the API server holds of src/approvals/types.ts. */

/** Names of Kubernetes' objects. */
const name = word(253);
/** A user or a group, as an identity provider calls them. */
const who = word(512);
/** The admission policy compares each with each: more would cost more than a policy may. */
const groups = list(who, 256);
const sentence = text(2_048);
const sentences = list(sentence, 256);
/** The registry's host and path have 255 characters, a tag 128, a digest 71 and more. */
const reference = word(1_024);
const digests = list(word(256), 128);
const fingerprint = word(64, { pattern: "^[0-9a-f]{16,64}$" });

export const requestSpec: Schema = fields({
  requestedBy: who,
  requestedByGroups: groups,
  reason: text(1_024),
  target: fields({
    apiVersion: oneOf(["v1", "apps/v1", "batch/v1"]),
    kind: oneOf(["Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"]),
    name,
    uid: word(64),
    text: word(320),
  } satisfies Of<RequestSpec["target"]>),
  strategy: oneOf(strategies),
  parameters: fields({
    container: orNull(word(63)),
    tag: orNull(word(128)),
    image: orNull(reference),
    only: orNull(list(name, 256)),
    undo: orNull(
      fields({ fingerprint, pins: byContainer(reference) } satisfies Of<
        NonNullable<RequestSpec["parameters"]["undo"]>
      >),
    ),
    allowRepository: flag,
    allowUnproven: flag,
    timeoutSeconds: count(1, 86_400),
  } satisfies Of<RequestSpec["parameters"]>),
  fingerprint,
  attempt: count(1, 100_000),
  undoes: orNull(name),
  expiresAfterSeconds: count(1, 604_800),
  plan: fields(
    {
      changes: sentences,
      restarts: sentence,
      keeps: sentences,
      notes: sentences,
      command: text(4_096),
    } satisfies Of<RequestSpec["plan"]>,
    {
      "x-kubernetes-validations": [
        {
          rule: "[self.changes, self.keeps, self.notes].map(texts, texts.map(one, size(one)).sum()).sum() <= 262144",
          message: "changes, keeps and notes have at most 262144 characters together",
        },
      ],
    },
  ),
  preflight: fields({
    answer: oneOf(["possible", "unproven"]),
    reasons: sentences,
  } satisfies Of<RequestSpec["preflight"]>),
  wanted: orNull(byContainer(digests)),
  /** Empty where none can be told. */
  before: byContainer(text(1_024)),
} satisfies Of<RequestSpec>);

export const requestStatus: Schema = fields({
  phase: oneOf(phases),
  message: sentence,
  needed: count(0, 16),
  decisions: list(
    fields({ name, by: who, decision: oneOf(verbs), counts: flag, why: sentence } satisfies Of<Counted>),
    1_024,
  ),
  history: list(
    fields({ phase: oneOf(phases), at: instant, by: orNull(who), message: sentence } satisfies Of<Step>),
    64,
  ),
  executor: orNull(fields({ id: name, renewedAt: instant } satisfies Of<NonNullable<RequestStatus["executor"]>>)),
  progress: orNull(
    fields({
      done: count(0, 2_147_483_647),
      of: count(0, 2_147_483_647),
      line: sentence,
    } satisfies Of<NonNullable<RequestStatus["progress"]>>),
  ),
  running: orNull(byContainer(digests)),
  undo: orNull(oneOf(["offered", "none"])),
  kept: orNull(fingerprint),
  slack: orNull(
    fields({
      channel: word(64),
      ts: orNull(word(64)),
      by: name,
      at: instant,
      shown: orNull(word(64)),
    } satisfies Of<NonNullable<RequestStatus["slack"]>>),
  ),
} satisfies Of<RequestStatus>);

export const decisionSpec: Schema = fields({
  request: name,
  requestUid: word(64),
  by: who,
  byGroups: groups,
  decision: oneOf(verbs),
  reason: text(1_024),
} satisfies Of<DecisionSpec>);
