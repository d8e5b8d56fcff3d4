import { afterEach, expect } from "vitest";
import type { Desk } from "../../../src/approvals/desk/types.ts";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { Delivery, DoubleMessage, SlackDoubleOptions } from "../../../src/playground/slack/double.ts";
import { createSlackApp, type SlackApp } from "../../../src/slack/app.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import { requestButton } from "../../../src/slack/render/request-button.ts";
import { type Bureau, bureau, type Scene } from "../../approvals/desk/bureau.ts";
import { requestWith } from "../../approvals/shelf.ts";
import { now } from "../../support/evidence.ts";
import { slackName, team } from "./desk.ts";
import { posted, told } from "./requests.ts";
import { dana, FakeCore, inside, parseTarget, sam, settle, shown, stage, type Stage } from "./stage.ts";

/** Dana's request with its message in a channel, and people who press its buttons: the real app, and the real desk behind it. */

export const asked = (over: Parameters<typeof requestWith>[0] = {}): RepullRequest =>
  requestWith({ spec: { requestedBy: slackName(dana) }, ...over });
/** What stands in the cluster once Sam has approved. */
export const approved = [`${slackName(sam)} approve`];
const requestsOf = (desk: Desk) => ({ desk, channel: inside, nudge: () => undefined });

interface Begin extends Scene {
  readonly request?: RepullRequest;
  /** Instead of some of what the desk does. */
  readonly slow?: Partial<Desk>;
}

export class Clicks {
  on!: Stage;
  here!: Bureau;
  message!: DoubleMessage;
  time = Date.parse(now);
  readonly #more: SlackApp[] = [];
  readonly #clock = (): Date => new Date(this.time);

  async begin({ request = asked(), slow = {}, ...scene }: Begin = {}): Promise<void> {
    this.here = bureau({ requests: [request], ...scene });
    this.time = Date.parse(now);
    await this.beginWith(request, { ...this.here.desk, ...slow });
  }

  /** With a desk of one's own. */
  async beginWith(request: RepullRequest, desk: Desk, double: Partial<SlackDoubleOptions> = {}): Promise<void> {
    this.on = await stage("socket", { clock: this.#clock, requests: requestsOf(desk), double });
    this.message = await posted(this.on, renderRequest(request, { team, cluster: "kind", now: this.#clock() }));
  }

  /** Another process of the same bot: beside the first one, or what comes after it. */
  async another(desk: Desk = this.here.desk): Promise<void> {
    const { slack } = this.on;
    const app = createSlackApp({
      core: new FakeCore(),
      slack: { mode: "socket", apiUrl: slack.apiUrl, botToken: slack.botToken, appToken: slack.appToken },
      clock: this.#clock,
      log: { info() {}, warn() {}, error() {} },
      access: { look: "members" },
      namespaces: new Map([[inside, "shop"]]),
      parseTarget,
      requests: requestsOf(desk),
    });
    this.#more.push(app);
    const before = slack.connections();
    expect((await app.start()).ok).toBe(true);
    await expect.poll(() => slack.connections()).toBe(before + 1);
  }

  /** What one person was told, once it is so many answers, and no more come. */
  async answers(user: string, count = 1): Promise<readonly string[]> {
    await expect.poll(() => told(this.on, user).length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
    await settle();
    expect(told(this.on, user)).toHaveLength(count);
    return told(this.on, user).map(shown);
  }

  /** Every word that stands in the cluster. */
  decided(): readonly string[] {
    return this.here.shelf.kept.decisions.map(({ spec }) => `${spec.by} ${spec.decision} ${spec.reason}`.trim());
  }

  /** A press on a copy of the message as it was at the beginning. */
  pressOld(user: string, verb = "approve", request = asked()): Promise<Delivery> {
    return this.on.slack.clickAs(user, this.message, {
      type: "button",
      action_id: verb,
      value: requestButton(request),
    });
  }

  async end(): Promise<void> {
    for (const app of this.#more.splice(0)) await app.stop(100);
    await this.on.close();
  }
}

/** For all tests of a file; what one test has opened is closed after it. */
export function clicks(): Clicks {
  const at = new Clicks();
  afterEach(() => at.end());
  return at;
}
