import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { webApi } from "@slack/bolt";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { appShortcuts } from "../../src/playground/slack/shortcuts.ts";
import { requiredScopes } from "../../src/doctor/slack.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "manifest.yml"), "utf8");

/** The parts of Slack's manifest (version 2) that we use, with Slack's own limits. */
const manifest = z
  .strictObject({
    display_information: z.strictObject({
      name: z.string().max(35),
      description: z.string().max(140),
      long_description: z.string().min(174).max(4000),
      background_color: z.string().regex(/^#[0-9a-f]{6}$/i),
    }),
    features: z.strictObject({
      bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
      slash_commands: z.array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/),
          description: z.string().max(2000),
          usage_hint: z.string().max(1000),
          should_escape: z.boolean(),
        }),
      ),
      shortcuts: z.array(
        z.strictObject({
          name: z.string().max(24),
          type: z.literal("message"),
          callback_id: z.string().max(255),
          description: z.string().max(150),
        }),
      ),
    }),
    oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()) }) }),
    settings: z.strictObject({
      event_subscriptions: z.strictObject({ bot_events: z.array(z.string()) }),
      interactivity: z.strictObject({ is_enabled: z.boolean() }),
      org_deploy_enabled: z.boolean(),
      socket_mode_enabled: z.boolean(),
      token_rotation_enabled: z.boolean(),
    }),
  })
  .parse(parse(text));

// What each method asks of a bot token: https://docs.slack.dev/reference/methods
const scopesOfMethod: Readonly<Record<string, readonly string[]>> = {
  "auth.test": [],
  // Asks the app-level token for connections:write, which no manifest grants.
  "apps.connections.open": [],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "chat.getPermalink": [],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "users.info": ["users:read"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "views.open": [],
  "views.update": [],
  "views.push": [],
  "views.publish": [],
  "files.info": ["files:read"],
};

/** Methods that the bot can do without: their scopes are granted by whoever wants to, as docs/install.md says. */
const scopesOfOptionalMethod: Readonly<Record<string, readonly string[]>> = {
  "conversations.history": ["channels:history", "groups:history"],
};

/** Source of the bot below a folder. */
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));

const find = (folder: string, pattern: RegExp): string[] =>
  [
    ...new Set(sources(folder).flatMap((source) => [...source.matchAll(pattern)].map((match) => match[1] ?? ""))),
  ].toSorted();

/** Every method that Slack's SDK knows, as `chat.postMessage`. */
function knownMethods(node: object, path = ""): string[] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === "function") return [`${path}${name}`];
    return /^[a-z]/.test(name) && typeof value === "object" && value !== null && path.split(".").length < 4
      ? knownMethods(value, `${path}${name}.`)
      : [];
  });
}

/** Those of `calls` are left out: it is the projector's own word for what it asks of Slack. */
const all = knownMethods(new webApi.WebClient()).filter(
  (method) => method.includes(".") && !method.startsWith("calls."),
);
const bot = sources("src/slack").join("\n");
const methods = [
  ...new Set([
    ...all.filter((method) =>
      new RegExp(`(?<![\\w.])(?:[\\w#.]+\\.)?${method.replaceAll(".", String.raw`\s*\.`)}\\(`).test(bot),
    ),
    ...find("src/doctor", /call\(slack, "([a-zA-Z.]+)"/g),
  ]),
].toSorted();

describe("manifest.yml", () => {
  it("asks for exactly the scopes that the methods, commands and events of the source need", () => {
    expect(all.length).toBeGreaterThan(200);
    expect(methods).toEqual(
      expect.arrayContaining(["auth.test", "chat.postMessage", "conversations.info", "users.info"]),
    );
    const known = { ...scopesOfMethod, ...scopesOfOptionalMethod };
    expect(methods.filter((method) => !(method in known))).toEqual([]);
    const needed = ["commands", "app_mentions:read", ...methods.flatMap((method) => scopesOfMethod[method] ?? [])];
    expect(manifest.oauth_config.scopes.bot).toEqual([...new Set(needed)].toSorted());
  });

  it("leaves out the scopes that it can do without, and the docs say what they are for", () => {
    const optional = methods.flatMap((method) => scopesOfOptionalMethod[method] ?? []);
    expect(methods).toEqual(expect.arrayContaining(Object.keys(scopesOfOptionalMethod)));
    const install = readFileSync(join(root, "docs/install.md"), "utf8");
    expect(optional.filter((scope) => manifest.oauth_config.scopes.bot.includes(scope))).toEqual([]);
    expect(optional.filter((scope) => !install.includes(`\`${scope}\``))).toEqual([]);
  });

  it("asks for the scopes that doctor looks for", () => {
    expect(manifest.oauth_config.scopes.bot).toEqual([...requiredScopes]);
  });

  it("gives a reason for each scope, in a comment before it", () => {
    const lines = text.split("\n").map((line) => line.trim());
    const withoutReason = manifest.oauth_config.scopes.bot.filter(
      (scope) => !/^# .{8,}/.test(lines[lines.indexOf(`- ${scope}`) - 1] ?? ""),
    );
    expect(withoutReason).toEqual([]);
  });

  it("subscribes to what the source listens to, and to nothing else", () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(find("src/slack", /app\.event\("([a-z_]+)"/g));
    expect(manifest.features.slash_commands.map(({ command }) => command)).toEqual(
      find("src/slack", /app\.command\("(\/[a-z]+)"/g),
    );
    expect(manifest.features.shortcuts.map(({ callback_id }) => callback_id)).toEqual(
      find("src/slack", /app\.shortcut\(\s*\{ callback_id: "([a-z_]+)", type: "message_action" \}/g),
    );
  });

  it("declares the message shortcuts that the playground's Slack offers", () => {
    expect(manifest.features.shortcuts.map(({ name, callback_id }) => ({ name, callback_id }))).toEqual(appShortcuts);
  });

  it("uses Socket Mode, with buttons", () => {
    expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  });
});
