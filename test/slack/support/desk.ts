import type { Desk, Found, Said, Word } from "../../../src/approvals/desk/types.ts";
import type { Listed, RepullDecision, RepullRequest, Right, Verdict } from "../../../src/approvals/types.ts";
import type { Subject } from "../../../src/core.ts";
import type { Read } from "../../../src/diagnosis/evidence.ts";
import { decision, request, spec } from "../../approvals/case.ts";
import { outside } from "./stage.ts";

/** The workspace of the Slack double. */
export const team = "T0PLAYGRND";
export const slackName = (user: string): string => `slack:${team}:${user}`;

/** A request of somebody of the double's workspace. */
export const requestBy = (user: string, over: Partial<RepullRequest> = {}): RepullRequest =>
  request({ createdAt: new Date().toISOString(), spec: spec({ requestedBy: slackName(user) }), ...over });

/** A desk that says what a test tells it to, and keeps what it was asked. */
export class FakeDesk implements Desk {
  readonly cluster = "kind";
  requests: readonly RepullRequest[] = [];
  unreadable: Listed<RepullRequest>["unreadable"] = [];
  readonly said: Word[] = [];
  readonly listed: (string | null)[] = [];
  readonly rightsAsked: (Subject & { readonly namespace: string })[] = [];
  nudges = 0;
  /** How it answers; by default every first word is said, and a second one was said already. */
  answer: (word: Word) => Said | Promise<Said> = (word) => this.#usual(word);
  list: Desk["list"] = (namespace) => {
    this.listed.push(namespace);
    const items = this.requests.filter((one) => namespace === null || one.namespace === namespace);
    const unreadable = this.unreadable.filter((one) => namespace === null || one.namespace === namespace);
    const read: Read<Listed<RepullRequest>> = { status: "ok", value: { items, unreadable, at: new Date() } };
    return Promise.resolve(read);
  };
  rights: (who: Subject, namespace: string) => readonly { readonly right: Right; readonly verdict: Verdict }[] =
    () => [];
  readonly #words: RepullDecision[] = [];

  #usual(word: Word): Said {
    const found = this.#find(word.request);
    if (found.kind !== "found") return { kind: "refused", request: null, sentence: found.sentence };
    const name = `${word.who.user}-${word.verb}`;
    const before = this.#words.find((one) => one.name === name);
    if (before !== undefined) return { kind: "again", request: found.request, decision: before };
    const made = {
      ...decision([word.who.user, word.verb, 0, { name, reason: word.reason, requestUid: found.request.uid }]),
      createdAt: "2026-11-25T12:30:00Z",
    };
    this.#words.push(made);
    return { kind: "said", request: found.request, decision: made };
  }

  #find({ namespace, name, uid }: Word["request"]): Found {
    const found = this.requests.find((one) => one.namespace === namespace && one.name === name);
    if (found === undefined || (uid !== null && uid !== found.uid))
      return { kind: "none", sentence: `There is no request ${name} in namespace ${namespace} (any more).` };
    return { kind: "found", request: found };
  }

  find: Desk["find"] = (named) => Promise.resolve(this.#find(named));
  async say(word: Word): Promise<Said> {
    this.said.push(word);
    return this.answer(word);
  }
  isReadOnly = (): boolean => false;
  needed = (): number => 1;
  rightsOf: Desk["rightsOf"] = (who, namespace) => {
    this.rightsAsked.push({ ...who, namespace });
    return Promise.resolve(this.rights(who, namespace));
  };
  survey: Desk["survey"] = () => unasked("survey");
  plan: Desk["plan"] = () => unasked("plan");
  planUndo: Desk["planUndo"] = () => unasked("planUndo");
  tags: Desk["tags"] = () => unasked("tags");
  ask: Desk["ask"] = () => unasked("ask");

  /** As the parts of the app that a stage is given. */
  get parts() {
    return { requests: { desk: this, channel: outside, nudge: () => void (this.nudges += 1) } };
  }
}

const unasked = (what: string): never => {
  throw new Error(`no test of decisions asks the desk for ${what}`);
};
