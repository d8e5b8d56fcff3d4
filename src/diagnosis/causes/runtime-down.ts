import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { describeNode, fix, quote } from "./commands.ts";
import { node, subject } from "./words.ts";

/** The kubelet has nobody to ask. */
export const runtimeDown = cause({
  id: "runtime-down",
  title: "The node's container runtime does not answer",
  headline: (context) => {
    const { runtime } = context.facts;
    return say`${subject(context)} cannot start: ${runtime === undefined ? "the container runtime" : code(runtime)} on ${node(context)} does not answer`;
  },
  explain: () =>
    say`The kubelet reaches the runtime by a socket on the node. It is stopped, restarting or hanging, so no pod can start there, whatever its image.`,
  fixes: (context) => [
    fix(say`See what the node says.`, describeNode(context)),
    fix(say`On the node: see the runtime, and start it again.`, "systemctl status containerd crio docker --no-pager"),
    ...(context.facts.node === undefined
      ? []
      : [fix(say`Meanwhile, keep new pods away from it.`, `kubectl cordon ${quote(context.facts.node)}`)]),
  ],
  recognised:
    "The socket of containerd, CRI-O or Docker refuses or is gone (`dial unix …`, `Cannot connect to the Docker daemon`), or the node says that its runtime is down.",
});
