import { type Rule, rolesOf } from "../rights.ts";
import type { KubeObject } from "../../../src/playground/cluster/store.ts";

/** Who asks and decides, with all their groups: the policies hold these true. */
export const people = {
  bot: {
    name: "system:serviceaccount:imagepull:imagepull",
    groups: ["system:serviceaccounts", "system:serviceaccounts:imagepull", "system:authenticated"],
  },
  /** May ask for a restart, and, were it for RBAC alone, change what is asked for. */
  asker: { name: "contract-asker", groups: ["contract-team", "system:authenticated"] },
  /** May ask for everything. */
  wide: { name: "contract-wide", groups: ["system:authenticated"] },
  /** May create decisions as who asks may: those that have no name yet. */
  canceller: { name: "contract-canceller", groups: ["system:authenticated"] },
  decider: { name: "contract-decider", groups: ["contract-team", "system:authenticated"] },
} as const;

const on = (resources: readonly string[], ...verbs: readonly string[]): Rule => ({
  apiGroups: ["imagepull.dev"],
  resources,
  verbs,
});
const both = ["repullrequests", "repulldecisions"];
const status = "repullrequests/status";

/** The same roles and bindings on both sides. */
export const peoplesRights = (namespace: string): KubeObject[] => {
  const rolesFor = (who: keyof typeof people, ...rules: readonly Rule[]): KubeObject[] =>
    rolesOf(namespace, `contract-${who}`, [{ kind: "User", name: people[who].name }], rules);
  return [
    ...rolesFor(
      "bot",
      on(both, "get", "list", "create", "delete", "patch", "update"),
      on([status], "get", "patch", "update"),
    ),
    ...rolesFor(
      "asker",
      on(both, "get", "list", "patch", "update"),
      on([status], "patch", "update"),
      on(["repullrequests"], "create", "restart"),
    ),
    ...rolesFor("wide", on(["repullrequests"], "create", "set-image", "set-repository", "run-unproven")),
    ...rolesFor("canceller", { ...on(["repulldecisions"], "create"), resourceNames: [""] }),
    ...rolesFor("decider", on(both, "get", "list"), on(["repulldecisions"], "create")),
    // What a group may, and what the bot asks about.
    ...rolesOf(
      namespace,
      "contract-slack",
      [{ kind: "Group", name: "slack:T1:S9" }],
      [on(["repullrequests"], "pin-digest")],
    ),
    ...rolesOf(
      namespace,
      "contract-slack-user",
      [{ kind: "User", name: "slack:T1:U5" }],
      [on(["repullrequests"], "create", "restart")],
    ),
  ];
};
