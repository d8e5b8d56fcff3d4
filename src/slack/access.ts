import type { webApi } from "@slack/bolt";
import { type Log, reason } from "./log.ts";
import { userGroups, type UserInfo, userInfo } from "./payloads.ts";

/** Whether somebody may look; the sentence tells them why not. */
export type MayLook = { readonly ok: true } | { readonly ok: false; readonly sentence: string };

export interface AccessSettings {
  /** `members`: full members of the installed workspace. `rbac` is decided by the cluster, which this door cannot ask: everybody is refused. */
  readonly look: "members" | "rbac";
}

const cachedMs = 60_000;
const mostCached = 2_000;

const may: MayLook = { ok: true };
const no = (sentence: string): MayLook => ({ ok: false, sentence });

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
    if (this.#settings.look === "rbac")
      return no(
        "access.look is rbac in the configuration, and this version can only tell members: an administrator can set it to members.",
      );
    const now = this.#clock().getTime();
    const known = this.#known.get(user);
    if (known !== undefined && now - known.at < cachedMs) return known.verdict;
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

  /** The user groups that a person is in; null where Slack does not say. */
  async groupsOf(user: string): Promise<readonly { readonly id: string; readonly handle: string }[] | null> {
    try {
      const { usergroups } = userGroups.parse(await this.#client.usergroups.list({ include_users: true }));
      return usergroups
        .filter(({ users, date_delete }) => date_delete === 0 && users.includes(user))
        .map(({ id, handle }) => ({ id, handle }));
    } catch (error) {
      this.#log.warn({ reason: reason(error) }, "usergroups.list failed");
      return null;
    }
  }
}
