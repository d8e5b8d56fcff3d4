import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { describeNode, fix, newPod } from "./commands.ts";
import { node, subject } from "./words.ts";

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
    fix(say`Or let the pod be made anew on another node.`, newPod(context)),
  ],
  recognised: "The node's condition Ready is not True, or its lease has not been renewed.",
});
