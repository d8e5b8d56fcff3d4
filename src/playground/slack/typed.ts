import { objectOf, text } from "./json.ts";
import type { DoubleChannel, DoubleUser } from "./types.ts";

/** What people, channels and links become in the text that Slack hands on. Slash commands carry names along (`<@U1|dana>`), messages do not. */
export interface Known {
  readonly users: readonly DoubleUser[];
  readonly channels: readonly DoubleChannel[];
}

const topLevelDomains = "com|net|org|io|dev|app|sh";
const token = new RegExp(
  [
    String.raw`(?<done><@[UW][A-Z0-9]+>)`,
    String.raw`(?<url>https?:\/\/[^\s<>|]+)`,
    String.raw`(?<![\w@./-])(?<bare>(?:[a-z0-9-]+\.)+(?:${topLevelDomains})(?=[\s/:]|$)[^\s<>|]*)`,
    String.raw`(?<![\w/])@(?<user>[a-z0-9][a-z0-9._-]*)`,
    String.raw`(?<![\w/])#(?<channel>[a-z0-9][a-z0-9_-]*)`,
    String.raw`(?<special>[&<>])`,
  ].join("|"),
  "gi",
);

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text as Slack hands it to an app after a person typed it: special characters escaped, mentions and links wrapped. */
export function asSlackHandsItOn(typed: string, known: Known, withNames: boolean): string {
  return typed.replace(token, (whole, ...rest: unknown[]) => {
    const groups = objectOf(rest.at(-1));
    const [url, bare, user, channel, special] = ["url", "bare", "user", "channel", "special"].map((name) =>
      text(groups[name]),
    );
    if (special !== undefined && special !== "") return entities[special] ?? special;
    if (url !== undefined && url !== "") return `<${url.replaceAll("&", "&amp;")}>`;
    if (bare !== undefined && bare !== "")
      return `<http://${bare.replaceAll("&", "&amp;")}|${bare.replaceAll("&", "&amp;")}>`;
    const person = known.users.find(({ name }) => name === user);
    if (person !== undefined) return withNames ? `<@${person.id}|${person.name}>` : `<@${person.id}>`;
    const room = known.channels.find(({ name }) => name === channel);
    return room === undefined ? whole : `<#${room.id}|${room.name}>`;
  });
}
