import { longestReason } from "../../approvals/ask.ts";
import * as z from "zod";
import type { Choice } from "../../approvals/desk/types.ts";
import { onlyPulls, type Strategy, strategies } from "../../repull/strategy.ts";
import { objectName } from "../render/target.ts";
import { readJson } from "../json.ts";

/** The id that the modal's submissions and choices come back under. */
export const repullCallback = "repull";

/** As registries take them. Source: the OCI distribution specification. */
export const tagName = z.string().regex(/^[\w][\w.-]{0,127}$/);
const label = objectName.max(63);
/** Slack's limit is 3,000 characters for all of it. */
export const longestTarget = 600;
const longestState = 3_000;

/** What a modal is about and what is chosen in it, as it travels through Slack with it: parsed like any input, and it grants nothing. */
const schema = z.object({
  v: z.literal(1),
  /** As it would be typed; empty where a request is taken back. */
  target: z.string().max(longestTarget),
  channel: z.string().max(64),
  /** Where an answer goes once the modal is closed, sealed; empty: nowhere. */
  url: z.string().max(400),
  strategy: z.enum(strategies).nullable(),
  container: label.nullable(),
  tag: tagName.nullable(),
  allowUnproven: z.boolean(),
  /** The fingerprint of the plan that it shows; null: none that could be asked for. */
  shown: z.string().max(128).nullable(),
  /** The request that is to be taken back. */
  undo: z.object({ ns: label, name: objectName, uid: z.string().min(1).max(64) }).nullable(),
  /** Kept while there is no field for it. */
  reason: z.string().max(longestReason),
});
export type State = z.infer<typeof schema>;

/** Of a modal where nothing has been chosen yet. */
export const stateOf = (given: Partial<Omit<State, "v">>): State => ({
  v: 1,
  target: "",
  channel: "",
  url: "",
  strategy: null,
  container: null,
  tag: null,
  allowUnproven: false,
  shown: null,
  undo: null,
  reason: "",
  ...given,
});

/** What does not fit is what can be typed again. */
export function writeState(state: State): string {
  const [whole, without] = [JSON.stringify(state), JSON.stringify({ ...state, reason: "" })];
  return whole.length <= longestState
    ? whole
    : without.length <= longestState
      ? without
      : JSON.stringify({ ...state, reason: "", url: "" });
}

/** Null for one of another version, or none of ours. */
export const readState = (metadata: string): State | null => readJson(schema, metadata);

type Values = Readonly<Record<string, Readonly<Record<string, string | readonly string[] | null>>>>;

/** What stands in the field, wherever it stands; undefined: there is no such field. */
function fieldOf(values: Values, action: string): string | readonly string[] | null | undefined {
  for (const fields of Object.values(values)) if (Object.hasOwn(fields, action)) return fields[action];
  return undefined;
}

const oneOf = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null => {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
};

/**
 * What is chosen now: what stands in the fields counts, and where there is no such field what was chosen before. Another container has other
 * tags, and a risk is taken for one plan.
 */
export function chosenIn(before: State, values: Values): State {
  const strategy = oneOf(z.enum(strategies), fieldOf(values, "strategy")) ?? before.strategy;
  const container = oneOf(label, fieldOf(values, "container")) ?? before.container;
  const tagged = oneOf(tagName, fieldOf(values, "tag")) ?? before.tag;
  const tag = container === before.container ? tagged : null;
  const risk = fieldOf(values, "risk");
  const isSame = strategy === before.strategy && container === before.container && tag === before.tag;
  return {
    ...before,
    strategy,
    container,
    tag,
    allowUnproven: isSame && (risk === undefined ? before.allowUnproven : Array.isArray(risk) && risk.includes("yes")),
    reason: reasonIn(before, values).slice(0, longestReason),
  };
}

/** The whole reason, as it was typed; none where it was taken out again. */
export function reasonIn(before: State, values: Values): string {
  const typed = fieldOf(values, "reason");
  if (typed === undefined) return before.reason;
  return typeof typed === "string" ? typed : "";
}

/** These change one container, and must know which. */
const oneContainer: ReadonlySet<Strategy> = new Set(["set-image", "pin-digest", "policy-always"]);

export const takesTag = (strategy: Strategy): boolean => strategy === "set-image" || onlyPulls(strategy);
export const takesContainer = (strategy: Strategy): boolean => oneContainer.has(strategy) || onlyPulls(strategy);
/** Without one, all containers are meant. */
export const needsContainer = (strategy: Strategy, tag: string | null): boolean =>
  oneContainer.has(strategy) || (onlyPulls(strategy) && tag !== null);

/** Only what the strategy takes. */
export const choiceOf = ({ container, tag, allowUnproven }: State, strategy: Strategy): Choice => ({
  strategy,
  container: takesContainer(strategy) ? container : null,
  tag: takesTag(strategy) ? tag : null,
  image: null,
  allowUnproven,
  allowRepository: false,
});
