import { say } from "../say.ts";
import { cause } from "./cause.ts";
import { describeNode, fix, quote } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull, node } from "./words.ts";

/** The bytes arrive and have nowhere to go. */
export const diskFull = cause({
  id: "disk-full",
  title: "The node's disk is full",
  headline: (context) => say`${cannotPull(context)}: the disk of ${node(context)} is full`,
  explain: () =>
    say`There is no room left where the runtime keeps images. The kubelet removes unused images only above its threshold, and cannot remove what is in use.`,
  fixes: (context) => [
    fix(say`See the node's pressure and what it runs.`, describeNode(context)),
    fix(say`On the node: remove unused images.`, "crictl rmi --prune"),
    fix(
      say`On the node: see what takes the room.`,
      "df -h /var/lib/containerd /var/lib/containers /var/lib/docker /var/lib/kubelet",
    ),
    ...(context.facts.node === undefined
      ? []
      : [fix(say`Meanwhile, keep new pods away from it.`, `kubectl cordon ${quote(context.facts.node)}`)]),
    retry(context, say`Once there is room,`),
  ],
  recognised:
    "`no space left on device` or `disk quota exceeded`; the node's condition DiskPressure; the kubelet cannot free room (`FreeDiskSpaceFailed`).",
});
