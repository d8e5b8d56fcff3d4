import { isDeepStrictEqual } from "node:util";
import { botName } from "./definitions.ts";
import type { KubeObject } from "../store.ts";
import { isRecord } from "../views.ts";

/** A write that admission looks at. */
export interface Admission {
  readonly user: { readonly name: string; readonly groups: readonly string[] };
  readonly operation: "CREATE" | "UPDATE";
  /** `repullrequests`, `repullrequests/status` */
  readonly resource: string;
  readonly object: KubeObject;
  readonly before: KubeObject | null;
  /** Whether RBAC gives the user a verb on `repullrequests` in the object's namespace. */
  readonly may: (verb: string) => boolean;
  /** Whether it gives them to create decisions of any name there. */
  readonly mayDecide: () => boolean;
}

/** Says why not, or null. */
type Check = (write: Admission) => string | null;

/** A ValidatingAdmissionPolicy of the product, each of its validations by hand and by its message: the first that does not hold is told. */
export interface Policy {
  readonly name: string;
  readonly operation: Admission["operation"];
  readonly resources: readonly string[];
  readonly checks: readonly (readonly [message: string, check: Check])[];
}

const isBot = ({ user }: Admission): boolean => user.name === botName;
const specOf = ({ object }: Admission): Readonly<Record<string, unknown>> =>
  isRecord(object["spec"]) ? object["spec"] : {};
const parametersOf = (write: Admission): Readonly<Record<string, unknown>> => {
  const { parameters } = specOf(write);
  return isRecord(parameters) ? parameters : {};
};
const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/** The person whom it names is who asks; for the bot alone, a person of Slack. */
const nameIsTrue =
  (field: string): Check =>
  (write) => {
    const said = String(specOf(write)[field]);
    if (isBot(write)) {
      return /^slack:[A-Z0-9]+:[A-Z0-9]+$/.test(said)
        ? null
        : `the bot asks and decides for people of Slack alone (slack:TEAM:USER), not for ${said}`;
    }
    if (said.startsWith("slack:")) return "names that begin with slack: are the bot's to write";
    return said === write.user.name ? null : `spec.${field} is ${said}, but this is ${write.user.name}`;
  };

/** Neither more groups than one has, nor fewer. */
const groupsAreTrue =
  (field: string): Check =>
  (write) => {
    const said = listOf(specOf(write)[field]);
    if (isBot(write)) {
      return said.every((one) => one.startsWith("slack:")) ? null : "the bot names groups of Slack alone (slack:…)";
    }
    return isDeepStrictEqual(new Set(said), new Set(write.user.groups))
      ? null
      : `spec.${field} are not the groups of ${write.user.name} (kubectl auth whoami shows them)`;
  };

const standsAlone: Check = ({ object: { metadata } }) =>
  metadata["ownerReferences"] === undefined && metadata["finalizers"] === undefined
    ? null
    : "requests and decisions have no owners and no finalizers";

/** A right beside `create`, where the request needs it. */
const mayVerb =
  (verbOf: (write: Admission) => string | null): Check =>
  (write) => {
    const verb = verbOf(write);
    if (verb === null || isBot(write) || write.may(verb)) return null;
    const namespace = write.object.metadata.namespace ?? "";
    return `${write.user.name} may not ${verb} repullrequests.imagepull.dev in namespace ${namespace}`;
  };

/** Who may only ask creates decisions to cancel, and no others. */
const mayDecide: Check = (write) =>
  isBot(write) || specOf(write)["decision"] === "cancel" || write.mayDecide()
    ? null
    : `${write.user.name} may not create repulldecisions.imagepull.dev in namespace ${write.object.metadata.namespace ?? ""} but to cancel what they have asked for`;

const writtenByTheBot: Check = (write) =>
  isBot(write) || (write.before?.metadata["deletionTimestamp"] !== undefined && !write.resource.includes("/"))
    ? null
    : "requests and decisions are never changed; the status of a request is written by the bot alone";

const namesAreTrue = (by: string, groups: string): Policy["checks"] => [
  [`spec.${by} is not who asks the API server`, nameIsTrue(by)],
  [`spec.${groups} are not those of who asks the API server`, groupsAreTrue(groups)],
  ["requests and decisions have no owners and no finalizers", standsAlone],
];

export const policies: readonly Policy[] = [
  {
    name: "imagepull-requests",
    operation: "CREATE",
    resources: ["repullrequests"],
    checks: [
      ...namesAreTrue("requestedBy", "requestedByGroups"),
      // Where there is a status subresource, the status that a new object brings is gone before anybody looks.
      [
        "a request begins without a status",
        ({ object }) => ("status" in object ? "a request begins without a status" : null),
      ],
      ["a right is missing", mayVerb((write) => String(specOf(write)["strategy"]))],
      [
        "a right is missing",
        mayVerb((write) => (parametersOf(write)["allowRepository"] === true ? "set-repository" : null)),
      ],
      [
        "a right is missing",
        mayVerb((write) => (parametersOf(write)["allowUnproven"] === true ? "run-unproven" : null)),
      ],
    ],
  },
  {
    name: "imagepull-decisions",
    operation: "CREATE",
    resources: ["repulldecisions"],
    checks: [...namesAreTrue("by", "byGroups"), ["a right is missing", mayDecide]],
  },
  {
    name: "imagepull-only-the-bot-writes",
    operation: "UPDATE",
    resources: ["repullrequests", "repullrequests/status", "repulldecisions"],
    checks: [
      [
        "requests and decisions are never changed; the status of a request is written by the bot alone",
        writtenByTheBot,
      ],
    ],
  },
];

/** The first policy that says no, and what it says. */
export function deniedBy(write: Admission): { readonly policy: string; readonly why: string } | null {
  for (const { name, operation, resources, checks } of policies) {
    if (operation !== write.operation || !resources.includes(write.resource)) continue;
    for (const [, check] of checks) {
      const why = check(write);
      if (why !== null) return { policy: name, why };
    }
  }
  return null;
}
