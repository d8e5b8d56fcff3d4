import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { createCore } from "../../src/collect/core.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { Core } from "../../src/core.ts";
import { dana, inside, offers, outside, stage, type Stage } from "../slack/support/stage.ts";
import { type FakeApi, type KubeObject, kubeconfigFor, startFakeApi } from "../support/fake-api.ts";
import { event, lease, namespace, node, pod, serviceAccount, workload } from "../support/kube-objects.ts";
import { until } from "./support/bot.ts";
import { base64 } from "./support/canaries.ts";
import { shell } from "./support/shell.ts";

/** What nobody should be able to write into an answer. EVIL marks what would have an effect. */
const hostile: Readonly<Record<string, string>> = {
  "a call to the channel": "<!channel> <!here> <!everyone> @channel @here @everyone",
  "a mention of a person": "<@U0DANA> <@U0SAM|EVIL> @dana",
  "a link in mrkdwn": "<https://evil.example|EVIL>",
  "mrkdwn escaped before": "&lt;!channel&gt; &amp;lt;",
  "the end of a code span": "x` *EVIL* <!channel> `y",
  "a code block": "```\nEVIL\n```",
  "bold, italic and strike": "*EVIL* _EVIL_ ~EVIL~",
  "a block of Block Kit": '"},{"type":"image","image_url":"https://evil.example/x","alt_text":"EVIL"}]',
  "colours and cursor": "\u001b[31mEVIL\u001b[2J\u001b]8;;https://evil.example\u0007EVIL\u001b]8;;\u0007",
  "eight-bit controls": "\u009b31mEVIL\u009d0;EVIL\u009c",
  "lines of their own": "x\nEVIL\r\nSTEP         STATUS    SUMMARY\u2028EVIL",
  "text from right to left": "\u202eLIVE\u202c \u2066EVIL\u2069 \u200f",
  "half a character": "\ud800 EVIL \udc00",
  "a link and an image in Markdown": "[EVIL](https://evil.example) ![EVIL](https://evil.example/x.png)",
  "a table and HTML in Markdown": "| EVIL | EVIL |\n|---|---|\n<img src=x onerror=EVIL> <script>EVIL</script> &copy;",
  "headings, quotes and lists in Markdown": "\n# EVIL\n> EVIL\n- EVIL\n1. EVIL\n---\n~~~\nEVIL",
  "a long text": "<&>`*_".repeat(4_000),
  "a shell's command": "$(EVIL) `EVIL` ; EVIL | EVIL && 'EVIL' \"EVIL\" > /dev/null",
};

/** A workload of which everything that people, registries and kubelets may write is one text. */
function objectsSaying(text: string): KubeObject[] {
  const failing = pod("web-1", {
    owner: ["Deployment", "web"],
    waiting: "ImagePullBackOff",
    secrets: ["pull"],
    node: text,
    labels: { app: "web" },
  });
  const message = `Failed to pull image "${text}": ${text}: 401 Unauthorized`;
  const applied = { kind: "Pod", spec: { imagePullPolicy: text, containers: [{ name: text, imagePullPolicy: text }] } };
  const broken: KubeObject = {
    ...failing,
    metadata: {
      ...failing.metadata,
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(applied) },
      ownerReferences: [{ apiVersion: "apps/v1", kind: text, name: text, uid: text, controller: true }],
    },
    spec: {
      ...(failing["spec"] as object),
      nodeName: "node-1",
      serviceAccountName: text,
      containers: [{ name: text, image: text, imagePullPolicy: "Always" }],
    },
    status: {
      phase: "Pending",
      message: text,
      conditions: [{ type: "Ready", status: "False", reason: text, message: text }],
      containerStatuses: [{ name: text, image: text, state: { waiting: { reason: "ImagePullBackOff", message } } }],
    },
  };
  const auths = { [text]: { username: text, password: "x" }, "ghcr.io": { username: text, password: "x" } };
  const secret: KubeObject = {
    kind: "Secret",
    metadata: { name: "pull", namespace: "shop", creationTimestamp: "2026-11-24T10:00:00Z" },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": base64(JSON.stringify({ auths })) },
  };
  const condition = { type: "DiskPressure", status: "True", reason: text, message: text };
  const sick: KubeObject = {
    ...node,
    status: {
      conditions: [condition],
      images: [],
      nodeInfo: { architecture: text, operatingSystem: text, kubeletVersion: text, containerRuntimeVersion: text },
    },
  };
  const managed = workload("Deployment", "managed", { labels: { app: "managed" } });
  return [
    namespace("shop"),
    broken,
    event(broken, "Failed", { type: "Warning", message }),
    event(broken, text, { type: "Warning", message: text, source: { component: text } }),
    { ...managed, metadata: { ...managed.metadata, labels: { "app.kubernetes.io/managed-by": text } } },
    { ...pod("managed-1", { waiting: "ErrImagePull", owner: ["Deployment", "managed"], labels: { app: "managed" } }) },
    event(managed, "FailedCreate", { type: "Warning", message: text }),
    pod(`web-2 ${text}`, { labels: { app: "web" } }),
    pod(`wex-1${text}`, { labels: { app: "web" } }),
    secret,
    serviceAccount([text]),
    sick,
    lease,
    event(sick, "FreeDiskSpaceFailed", { type: "Warning", message: text }),
  ];
}

const targets = ["shop/pod/web-1", "shop/deploy/managed", "shop/pod/web-0", "shop/web"];

let folder: string;
let api: FakeApi;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "injection-"));
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

/** A cluster that says a text wherever it can, its context's name included. */
async function clusterSaying(text: string): Promise<void> {
  api = await startFakeApi(() => objectsSaying(text));
  writeFileSync(join(folder, "config"), kubeconfigFor(api.url).replaceAll('"test"', JSON.stringify(text)));
}

async function coreOf(): Promise<{ core: Core; close: () => void }> {
  const connected = await connect({ kubeconfig: join(folder, "config"), environment: {}, clock: () => new Date() });
  if (!connected.ok) throw new Error(connected.error.sentence);
  return {
    core: createCore({ clusterReader: connected.value.reader, registry: null, clock: () => new Date() }),
    close: connected.value.close,
  };
}

/** One person asks, and presses everything that is offered. */
async function converse(on: Stage): Promise<void> {
  const answered = async (act: () => Promise<unknown>): Promise<void> => {
    const before = on.slack.calls("response_url").length;
    await act();
    await until(() => on.slack.calls("response_url").length > before);
  };
  for (const target of targets) await answered(() => on.slack.say(dana, outside, `/imagepull diagnose ${target}`));
  const [first] = on.slack.messages(outside, dana);
  if (first === undefined) throw new Error("nothing was answered");
  for (const action of offers(first)
    .filter((id) => id !== "share")
    .concat("share"))
    await answered(() => on.slack.click(dana, first, action));
  await on.slack.say(dana, inside, "@imagepull diagnose shop/pod/web-1");
  await until(() => on.slack.calls("chat.postMessage").length > 0);
}

interface Texts {
  readonly mrkdwn: string[];
  readonly plain: string[];
}

/** Every text object of a call, by its kind; a message's own `text` is mrkdwn. */
function textsOf(value: unknown, into: Texts): Texts {
  if (Array.isArray(value)) for (const item of value) textsOf(item, into);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return into;
  const { type, text } = value as { type?: unknown; text?: unknown };
  if (typeof text === "string") (type === "plain_text" ? into.plain : into.mrkdwn).push(text);
  for (const inner of Object.values(value)) textsOf(inner, into);
  return into;
}

const ours = /<!date\^\d+\^[^|<>]*\|[^|<>]*>|Shared by <@U0DANA>/g;
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe("in Slack, a text from outside calls nobody, links nowhere and breaks no block", () => {
  it.each(Object.entries(hostile))("%s", async (_what, text) => {
    await clusterSaying(text);
    const { core, close } = await coreOf();
    const on = await stage("socket", { core, parseTarget });
    await converse(on);
    const calls = on.slack.calls().filter(({ method }) => /^chat\.|response_url/.test(method));
    expect(calls.length).toBeGreaterThan(5);
    // The double refuses what Slack refuses.
    expect(calls.filter(({ answer }) => answer !== "ok")).toEqual([]);
    const { mrkdwn, plain } = textsOf(
      calls.map(({ arguments: body }) => body),
      { mrkdwn: [], plain: [] },
    );
    for (const shown of mrkdwn) {
      const rest = shown.replaceAll(ours, "");
      expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      const prose = rest
        .split("```")
        .filter((_, index) => index % 2 === 0)
        .join("")
        .replaceAll(/`[^`\n]*`/g, "");
      expect(prose).not.toMatch(/@(?:channel|here|everyone)|`/);
      expect(prose).not.toMatch(/[*_~]EVIL/);
    }
    for (const shown of [...mrkdwn, ...plain]) {
      expect(shown.replaceAll(/[\u2060\n]/g, "")).not.toMatch(steering);
      expect(shown.isWellFormed()).toBe(true);
    }
    for (const { arguments: body } of calls.filter(({ arguments: { text: said } }) => said !== undefined))
      expect(body).toMatchObject({
        link_names: expect.toSatisfy((value) => String(value) === "false") as boolean,
        parse: "none",
      });
    await on.close();
    close();
  });
});

/** Markdown without its code, by CommonMark's rules: a span ends with as many backticks as it began with. */
const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^ *(`{3,})\w*\n[^]*?\n *\1$/gm, "").replaceAll(/(?<![`\\])(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, "");

describe("in the shell, a text from outside steers no terminal and is no markup", () => {
  it.each(Object.entries(hostile))("%s", async (_what, text) => {
    await clusterSaying(text);
    const world = { environment: { KUBECONFIG: join(folder, "config") }, folder };
    for (const target of targets) {
      const plain = await shell(["diagnose", target], world);
      expect((plain.out + plain.err).replaceAll("\n", "")).not.toMatch(steering);
      // Every line but the headline begins as ours do: none is from outside.
      expect(
        (plain.out + plain.err)
          .split("\n")
          .slice(1)
          .filter((line) => /^\s*(?:EVIL|# |> |\||~~~|<img)/.test(line)),
      ).toEqual([]);
      expect(plain.out.match(/^STEP /gm)?.length ?? 0).toBe(plain.code === 0 ? 1 : 0);

      const json = await shell(["diagnose", target, "-o", "json"], world);
      expect(() => JSON.parse(json.out) as unknown).not.toThrow();
      expect(json.out.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);

      const markdown = await shell(["diagnose", target, "-o", "markdown"], world);
      const rest = withoutCode(markdown.out).replaceAll(/\\[\\`*_[\]{}|~]|&(?:amp|lt|gt|#58|#64|#35);/g, "");
      expect(rest).not.toMatch(/[`<>[\]|]|[@#]\w|https?:\/\//);
      expect(rest.replaceAll("\n", "")).not.toMatch(steering);
      expect(rest.replaceAll(/\*\*/g, "")).not.toMatch(/[*_~]EVIL/);
      expect(rest.split("\n").filter((line) => /^\s*(?:[#>|~]|\d+\. |---)/.test(line))).toEqual([]);
    }
  });
});
