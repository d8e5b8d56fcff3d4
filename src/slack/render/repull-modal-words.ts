import type { Strategy } from "../../repull/strategy.ts";

const names: Readonly<Record<Exclude<Strategy, "delete-pods">, string>> = {
  restart: "Restart (new pods, one after another)",
  "set-image": "Set another tag",
  "pin-digest": "Pin the digest that the tag means now",
  "policy-always": "Pull policy Always",
  "pre-pull": "Only pull it on the nodes (pre-pull)",
  probe: "Prove that a pull works (probe)",
};

/** A way as people understand it. `kind`: of what was named. */
export const wayOf = (strategy: Strategy, kind: string): string => {
  if (strategy !== "delete-pods") return names[strategy];
  return kind === "Pod" ? "Recreate this pod" : "Recreate the pods";
};

export const wouldAsk = "Ask";
export const wouldRun = "Run now";

/** Who decides it, before it is asked for. */
export const approvalNote = (needed: number, namespace: string): string =>
  needed === 0
    ? "Needs no approval here: it runs at once"
    : `Needs ${needed} ${needed === 1 ? "approval" : "approvals"} in ${namespace}`;

export const readOnlyNote =
  "IMAGEPULL_READONLY is on: the plan is shown, and nothing can be asked for until it is off.";
