import { anyDecision } from "../approvals/rights.ts";
import { group } from "./crds.ts";
import type { Manifest } from "./manifests.ts";

/** What RBAC cannot say: names are true, a strategy needs its verb, and only the bot writes what is there. */

interface Rule {
  readonly expression: string;
  /** CEL, for a sentence that names what was found. */
  readonly messageExpression?: string;
  readonly message: string;
}

interface Policy {
  readonly name: string;
  readonly operation: "CREATE" | "UPDATE";
  readonly resources: readonly string[];
  readonly rules: readonly Rule[];
}

const slackUser = "^slack:[A-Z0-9]+:[A-Z0-9]+$";
/** A team, or a user group of one. */
const slackGroup = "^slack:[A-Z0-9]+(:[A-Z0-9]+)?$";

/** `spec.<by>` and `spec.<groups>` are the API user; or, for the bot alone, a person of Slack with groups of Slack. */
const namesAreTrue = (by: string, groups: string): readonly Rule[] => [
  {
    expression: `variables.bot ? object.spec.${by}.matches('${slackUser}') : object.spec.${by} == request.userInfo.username && !object.spec.${by}.startsWith('slack:')`,
    messageExpression: `variables.bot ? 'the bot asks and decides for people of Slack alone (slack:TEAM:USER), not for ' + object.spec.${by} : object.spec.${by}.startsWith('slack:') ? 'names that begin with slack: are the bot\\'s to write' : 'spec.${by} is ' + object.spec.${by} + ', but this is ' + request.userInfo.username`,
    message: `spec.${by} is not who asks the API server`,
  },
  {
    // Fewer groups than one has would get past an authorizer that denies by group.
    expression: `variables.bot ? object.spec.${groups}.all(one, one.matches('${slackGroup}')) : sets.equivalent(object.spec.${groups}, variables.groups)`,
    messageExpression: `variables.bot ? 'the bot names groups of Slack alone (slack:…)' : 'spec.${groups} are not the groups of ' + request.userInfo.username + ' (kubectl auth whoami shows them)'`,
    message: `spec.${groups} are not those of who asks the API server`,
  },
];

/** An owner that is deleted takes its objects with it, and a finalizer keeps them for ever: neither is the requester's to choose. */
const standsAlone: Rule = {
  expression: "!has(object.metadata.ownerReferences) && !has(object.metadata.finalizers)",
  message: "requests and decisions have no owners and no finalizers",
};

/** The bot asks the same by SubjectAccessReview for whom it writes. */
const mayVerb = (needed: string, verb: string): Rule => ({
  expression: `variables.bot || !(${needed}) || variables.requests.check(${verb}).allowed()`,
  messageExpression: `request.userInfo.username + ' may not ' + ${verb} + ' repullrequests.${group} in namespace ' + request.namespace`,
  message: "a right is missing",
});

/** Who asks may post a decision (`imagepull-ask`), so that it can be called off; whether it was theirs, the bot finds. All else is for who decides. */
const mayDecide: Rule = {
  expression: `variables.bot || object.spec.decision == 'cancel' || variables.decisions.name('${anyDecision}').check('create').allowed()`,
  messageExpression: `request.userInfo.username + ' may not create repulldecisions.${group} in namespace ' + request.namespace + ' but to cancel what they have asked for'`,
  message: "a right is missing",
};

const policies: readonly Policy[] = [
  {
    name: "imagepull-requests",
    operation: "CREATE",
    resources: ["repullrequests"],
    rules: [
      ...namesAreTrue("requestedBy", "requestedByGroups"),
      standsAlone,
      { expression: "!has(object.status)", message: "a request begins without a status" },
      mayVerb("true", "object.spec.strategy"),
      mayVerb("object.spec.parameters.allowRepository", "'set-repository'"),
      mayVerb("object.spec.parameters.allowUnproven", "'run-unproven'"),
    ],
  },
  {
    name: "imagepull-decisions",
    operation: "CREATE",
    resources: ["repulldecisions"],
    rules: [...namesAreTrue("by", "byGroups"), standsAlone, mayDecide],
  },
  {
    name: "imagepull-only-the-bot-writes",
    operation: "UPDATE",
    resources: ["repullrequests", "repullrequests/status", "repulldecisions"],
    rules: [
      {
        // The garbage collector takes its own finalizer off what is being deleted.
        expression:
          "variables.bot || (has(oldObject.metadata.deletionTimestamp) && (!has(request.subResource) || request.subResource == ''))",
        message: "requests and decisions are never changed; the status of a request is written by the bot alone",
      },
    ],
  },
];

const apiVersion = "admissionregistration.k8s.io/v1";

/** Policies with their bindings. `account`: the user that the bot is. */
export const admission = (account: string, labels: Readonly<Record<string, string>>): readonly Manifest[] =>
  policies.flatMap(({ name, operation, resources, rules }): Manifest[] => [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name, labels },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [group], apiVersions: ["v1alpha1"], operations: [operation], resources, scope: "Namespaced" },
          ],
        },
        variables: [
          { name: "bot", expression: `request.userInfo.username == '${account}'` },
          { name: "groups", expression: "has(request.userInfo.groups) ? request.userInfo.groups : []" },
          {
            name: "requests",
            expression: `authorizer.group('${group}').resource('repullrequests').namespace(request.namespace)`,
          },
          {
            name: "decisions",
            expression: `authorizer.group('${group}').resource('repulldecisions').namespace(request.namespace)`,
          },
        ],
        validations: rules.map((rule) => ({ ...rule, reason: "Forbidden" })),
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name, labels },
      spec: { policyName: name, validationActions: ["Deny"] },
    },
  ]);
