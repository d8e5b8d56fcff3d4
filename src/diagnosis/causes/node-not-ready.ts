import { say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { describeNode, fix, newPod, quote } from "./commands.ts";
import { node, subject } from "./words.ts";

/** Null for a bare pod, which nobody would make again, and a StatefulSet's, which must never run twice. */
function force(context: CauseContext): string | null {
  const again = context.workload.kind === "StatefulSet" ? null : newPod(context);
  return again === null ? null : `${again} --grace-period=0 --force`;
}

/** No kubelet, no pull. */
export const nodeNotReady = cause({
  id: "node-not-ready",
  title: "The node is not ready",
  headline: (context) => say`${subject(context)} waits: ${node(context)} is not ready`,
  explain: () =>
    say`The kubelet of this node has stopped reporting, or reports that it cannot run pods. Nothing there is pulled or started until it is back.`,
  fixes: (context) => [
    fix(say`See why.`, describeNode(context)),
    fix(say`On the node: see the kubelet.`, "systemctl status kubelet --no-pager"),
    ...(context.facts.node === undefined
      ? []
      : [
          fix(say`Keep new pods away from it.`, `kubectl cordon ${quote(context.facts.node)}`),
          fix(say`Once it is back: let pods come again.`, `kubectl uncordon ${quote(context.facts.node)}`),
        ]),
    fix(
      say`A Deployment's pod is made anew elsewhere after five minutes by itself. Deleting it is not enough: it stays Terminating until the kubelet is back. Only where the machine is known to be off, delete it by force.`,
      force(context),
    ),
  ],
  recognised: "The node's condition Ready is not True, or its lease has not been renewed.",
});
