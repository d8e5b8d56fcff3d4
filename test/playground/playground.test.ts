import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { playground } from "../../src/playground/playground.ts";
import { readRecordings } from "../../src/playground/recording.ts";
import { postWelcome, welcome } from "../../src/playground/welcome.ts";
import { doubleChannels, firstChannel, people, users } from "../../src/playground/people.ts";
import { startSlackDouble } from "../../src/playground/slack/double.ts";
import { recording } from "./stage.ts";

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith("imagepull-playground-"));

describe("npm start", () => {
  const folder = mkdtempSync(join(tmpdir(), "recordings-"));
  writeFileSync(join(folder, "r.json"), JSON.stringify(recording));
  const recordings = pathToFileURL(`${folder}/`);
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("prints one line with the page's address, serves it, and leaves nothing behind when it is stopped", async () => {
    const before = leftovers();
    const { promise: printed, resolve } = Promise.withResolvers<string>();
    vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
      resolve(String(chunk));
      return true;
    });
    const stop = new AbortController();
    const running = playground({ open: false, signal: stop.signal, recordings });
    const line = await printed;
    expect(line).toMatch(/^The playground is at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32} \(Ctrl\+C stops it\)\n$/);
    const url = /http:\S+/.exec(line)?.[0] ?? "";
    const page = await (await fetch(url)).text();
    expect(page).toContain('<div id="page">');
    stop.abort();
    expect(await running).toBe(0);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
    expect(leftovers()).toEqual(before);
  });

  it("a port that is taken is said, and nothing is left behind", async () => {
    const slack = await startSlackDouble({ clock: () => new Date(), users, channels: doubleChannels });
    const port = Number(new URL(slack.apiUrl).port);
    const before = leftovers();
    const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await playground({ port, open: false, signal: new AbortController().signal, recordings })).toBe(2);
    expect(said.mock.calls).toEqual([
      [
        `port ${port} is taken: name another one, or none to take any.
`,
      ],
    ]);
    expect(leftovers()).toEqual(before);
    await slack.close();
  });
});

describe("the channel's first message", () => {
  it("is one that Slack takes, and everybody sees it first", async () => {
    const slack = await startSlackDouble({ clock: () => new Date(), users, channels: doubleChannels });
    await postWelcome(recording, slack, firstChannel);
    for (const { id } of people)
      expect(slack.messages(firstChannel, id).map(({ text }) => text)).toEqual([welcome(recording).text]);
    await slack.close();
  });

  it("names symptoms and no cause", () => {
    expect(JSON.stringify(welcome(recording))).not.toMatch(
      /tag|secret is|429|limit|platform|arm64|DNS|imagePullPolicy/i,
    );
  });

  it("has a recorded message of another cluster to paste", () => {
    const folder = new URL("../../src/playground/recordings/", import.meta.url);
    const text = JSON.stringify(welcome(readRecordings(folder)));
    expect(text).toContain("/imagepull explain Failed to pull image");
    expect(text).toContain("ghcr.io/shop/gateway:4.1.0");
    expect(text).not.toMatch(/\{[a-z]+\}/);
  });

  it("a Slack that refuses it is named by its own word", async () => {
    const slack = await startSlackDouble({ clock: () => new Date(), users, channels: doubleChannels });
    const wrong = { apiUrl: slack.apiUrl, botToken: "xoxb-wrong" };
    await expect(postWelcome(recording, wrong, firstChannel)).rejects.toThrow("invalid_auth");
    await slack.close();
  });
});
