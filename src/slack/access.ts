import type { webApi } from "@slack/bolt";
import type { z } from "zod";
import type { Subject } from "../core.ts";
import { type Log, reason } from "./log.ts";
import { userGroups, type UserInfo, userInfo } from "./payloads.ts";

/**
 * Whether somebody may look; the sentence tells them why not. `asker`: Kubernetes decides what they may see, under this name;
 * null: all that imagepull sees.
 */
export type MayLook =
  | { readonly ok: true; readonly asker: Subject | null }
  | { readonly ok: false; readonly sentence: string };

/** Whether somebody may ask and decide, as far as Slack is concerned, and who they are to Kubernetes. */
export type MayAct =
  | { readonly ok: true; readonly subject: Subject }
  | { readonly ok: false; readonly sentence: string };

export interface AccessSettings {
  /** `members`: full members of the installed workspace, everything. `rbac`: full members too, what Kubernetes lets each of them see. */
  readonly look: "members" | "rbac";
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
}

type Groups = z.output<typeof userGroups>["usergroups"];

const inGroups = (all: Groups | null, user: string): readonly UserGroup[] | null =>
  all
    ?.filter(({ users, date_delete }) => date_delete === 0 && users.includes(user))
    .map(({ id, handle }) => ({ id, handle })) ?? null;

/** A person in Kubernetes' words, which whoami shows and RBAC may bind. */
export const subjectOf = (team: string, user: string, groups: readonly UserGroup[]): Subject => ({
  user: `slack:${team}:${user}`,
  groups: [`slack:${team}`, ...groups.map(({ id }) => `slack:${team}:${id}`)],
});

const cachedMs = 60_000;
const mostCached = 2_000;

const may: MayLook = { ok: true, asker: null };
const refuse = (sentence: string) => ({ ok: false, sentence }) as const;
const no = (sentence: string): MayLook => refuse(sentence);

/** A verdict on one account. Pure. */
export function judge(user: UserInfo, team: string): MayLook {
  const only = "imagepull answers full members of this workspace only";
  if (user.deleted) return no(`This account is deactivated: ${only}.`);
  if (user.is_bot || user.is_workflow_bot || user.id === "USLACKBOT")
    return no(`Bots and workflows get no answer: ${only}.`);
  if (user.is_stranger || (user.team_id !== team && user.enterprise_user?.teams.includes(team) !== true))
    return no(`You belong to another workspace: ${only}.`);
  if (user.is_restricted || user.is_ultra_restricted)
    return no(`You are a guest here: ${only}. A member can share an answer with you.`);
  return may;
}

/** Who may look, asked of Slack and remembered for a minute. An error is a no. */
export class Access {
  readonly #client: webApi.WebClient;
  readonly #team: () => string | null;
  readonly #settings: AccessSettings;
  readonly #clock: () => Date;
  readonly #log: Log;
  #groups: { readonly all: Promise<Groups | null>; readonly at: number } | null = null;
  readonly #known = new Map<string, { readonly verdict: MayLook; readonly at: number }>();

  constructor(parts: {
    readonly client: webApi.WebClient;
    readonly team: () => string | null;
    readonly settings: AccessSettings;
    readonly clock: () => Date;
    readonly log: Log;
  }) {
    this.#client = parts.client;
    this.#team = parts.team;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  async mayLook(user: string | undefined): Promise<MayLook> {
    const team = this.#team();
    if (user === undefined || team === null) return no("Slack did not say who you are, so imagepull gives no answer.");
    const verdict = await this.#membership(user, team);
    if (!verdict.ok || this.#settings.look === "members") return verdict;
    const groups = await this.groupsOf(user);
    return groups === null
      ? no("Slack did not say which user groups you are in, so imagepull gives no answer. Try again in a minute.")
      : { ok: true, asker: subjectOf(team, user, groups) };
  }

  /** As whom somebody asks and decides. Slack is asked anew: who has left the workspace a moment ago decides nothing. */
  async mayAct(user: string): Promise<MayAct> {
    const team = this.#team();
    if (team === null)
      return refuse("Slack did not say who the bot is, so nothing is asked for or decided. Try again.");
    const verdict = await this.#membership(user, team, true);
    if (!verdict.ok) return verdict;
    const groups = await this.groupsOf(user);
    return groups === null
      ? refuse("Slack did not say which user groups you are in, so nothing was done. Try again in a minute.")
      : { ok: true, subject: subjectOf(team, user, groups) };
  }

  async #membership(user: string, team: string, isFresh = false): Promise<MayLook> {
    const now = this.#clock().getTime();
    const known = this.#known.get(user);
    if (!isFresh && known !== undefined && now - known.at < cachedMs) return known.verdict;
    try {
      const parsed = userInfo.parse((await this.#client.users.info({ user })).user);
      const verdict = judge(parsed, team);
      if (this.#known.size >= mostCached) this.#known.clear();
      this.#known.set(user, { verdict, at: now });
      return verdict;
    } catch (error) {
      this.#log.warn({ user, reason: reason(error) }, "users.info failed: nobody is let in by an error");
      return no(
        "Slack did not say whether you are a member of this workspace, so imagepull gives no answer. Try again in a minute.",
      );
    }
  }

  /** The user groups that a person is in, remembered for a minute; null where Slack does not say. */
  async groupsOf(user: string): Promise<readonly UserGroup[] | null> {
    const now = this.#clock().getTime();
    if (this.#groups === null || now - this.#groups.at >= cachedMs) {
      const all = this.#listGroups();
      const kept = { all, at: now };
      this.#groups = kept;
      // What failed is asked again by the next.
      if ((await all) === null && this.#groups === kept) this.#groups = null;
      return inGroups(await all, user);
    }
    return inGroups(await this.#groups.all, user);
  }

  async #listGroups(): Promise<Groups | null> {
    try {
      return userGroups.parse(await this.#client.usergroups.list({ include_users: true })).usergroups;
    } catch (error) {
      // Without a paid plan there are none. Source: Slack's reference of usergroups.list.
      if (reason(error) === "plan_upgrade_required") return [];
      this.#log.warn({ reason: reason(error) }, "usergroups.list failed");
      return null;
    }
  }
}
