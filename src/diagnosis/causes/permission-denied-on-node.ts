import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, quote } from "./commands.ts";
import { retry } from "./repull-commands.ts";
import { cannotPull, node } from "./words.ts";

/** The bytes arrive and may not be written. */
export const permissionDeniedOnNode = cause({
  id: "permission-denied-on-node",
  title: "The runtime may not write on the node",
  headline: (context) => {
    const { path } = context.facts;
    return say`${cannotPull(context)}: the runtime of ${node(context)} may not write ${path === undefined ? "to its storage" : code(path)}`;
  },
  explain: () =>
    say`The node's file system refuses the runtime: mounted read-only after an error, wrong owner, SELinux or AppArmor, or user ids that are not mapped.`,
  fixes: (context) => [
    fix(say`On the node: see whether it is mounted read-only, and why.`, "dmesg | tail -n 50"),
    fix(say`On the node: see owner and rights.`, `ls -ldZ ${quote(context.facts.path ?? "/var/lib/containerd")}`),
    ...(context.facts.node === undefined
      ? []
      : [fix(say`Meanwhile, keep new pods away from it.`, `kubectl cordon ${quote(context.facts.node)}`)]),
    retry(context, say`Once it may write again,`),
  ],
  recognised:
    "`permission denied`, `operation not permitted`, `read-only file system` or `input/output error` from a file operation of the runtime.",
});
