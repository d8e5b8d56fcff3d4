import { phaseOf, stateOf } from "../../approvals/told.ts";
import { refuse } from "../io.ts";
import { stringify } from "../stringify.ts";
import { decline, type Desk } from "./desk.ts";
import { findRequest } from "./find.ts";
import { follow } from "./follow.ts";
import { saidOf, storyText } from "./show-text.ts";

/** `imagepull requests show NAME`: plan, pre-flight, decisions and history; with `--wait` until it has ended. The exit code. */
export async function showRequest(desk: Desk, namespace: string, name: string, wait: boolean): Promise<number> {
  const { io, isJson, approvals, clock, sleep, command } = desk;
  const { store } = approvals;
  const found = await findRequest(desk, namespace, name);
  if (!found.ok) {
    const { kind, sentence } = found.error;
    return kind === "none" ? decline(desk, sentence) : refuse(io, isJson ? "json" : "text", sentence);
  }
  const story = async (): Promise<string> => {
    const [read, decisions] = await Promise.all([store.request(namespace, name), store.decisions(namespace)]);
    const request = read.status === "ok" ? read.value : found.value.request;
    const said = decisions.status === "ok" ? saidOf(request, decisions.value.items) : null;
    if (!isJson) return storyText(request, said, clock(), io.terminal);
    return stringify({ ...request, phase: phaseOf(request), message: stateOf(request, clock()), decisions: said });
  };
  if (!wait || !isJson) io.out(await story());
  if (!wait) return 0;
  const again = command(namespace, "show", name, "--wait");
  const { phase } = await follow({ store, io, sleep, again }, found.value.request);
  if (isJson) io.out(await story());
  return phase === "Succeeded" ? 0 : 1;
}
