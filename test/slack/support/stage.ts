import { setTimeout as sleep } from "node:timers/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, vi } from "vitest";
import type { Core, DiagnoseAnswer, DiagnoseRequest, Subject, TargetRequest, WorkloadKind } from "../../../src/core.ts";
import { badInput, type BadInput, type Result, success } from "../../../src/diagnosis/result.ts";
import {
  type DoubleMessage,
  type SlackDouble,
  type SlackDoubleOptions,
  startSlackDouble,
} from "../../../src/playground/slack/double.ts";
import { createSlackApp, type SlackApp, type SlackAppParts } from "../../../src/slack/app.ts";
import { diagnosisOf } from "../../support/diagnoses.ts";
import { container, evidenceOf, image, owner, podWith, read, waiting } from "../../support/evidence.ts";

/** A workspace with a channel where the bot is a member and one where it is not, and people of every kind. */
export const dana = "U0DANA";
export const sam = "U0SAM";
export const outside = "C0OUTSIDE";
export const inside = "C0INSIDE";

const people = [
  { id: dana, name: "dana" },
  { id: sam, name: "sam" },
  { id: "U0GUEST", name: "gus", is_restricted: true },
  { id: "U0SINGLE", name: "sia", is_ultra_restricted: true },
  { id: "U0ROBOT", name: "robot", is_bot: true },
  { id: "U0FLOW", name: "flow", is_workflow_bot: true },
  { id: "U0OTHER", name: "otto", team_id: "T0OTHER" },
  { id: "U0STRANGE", name: "stan", is_stranger: true },
  { id: "U0GONE", name: "greta", deleted: true },
];
export const everybody = people.map(({ id }) => id);

export const workspace: Pick<SlackDoubleOptions, "users" | "channels" | "userGroups"> = {
  users: people,
  channels: [
    { id: inside, name: "deploys", members: everybody, botIsMember: true },
    { id: outside, name: "random", members: everybody },
  ],
  userGroups: [
    { id: "S0OPS", handle: "ops", name: "Operators", users: [dana] },
    { id: "S0ALL", handle: "all", name: "All", users: [sam] },
  ],
};

const kinds: Readonly<Record<string, WorkloadKind>> = { deploy: "Deployment", sts: "StatefulSet", pod: "Pod" };

/** Targets for tests: NAME, NAMESPACE/NAME, KIND/NAME, NAMESPACE/KIND/NAME. */
export function parseTarget(
  text: string,
  { namespace = null, selector = null }: { namespace?: string | null; selector?: string | null } = {},
): Result<TargetRequest, BadInput> {
  if (selector !== null) return success({ kind: "selector", namespace, selector });
  const words = text.split("/");
  const name = words.at(-1) ?? "";
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) || words.length > 3)
    return badInput(`${text} is no name that Kubernetes has: small letters, digits, - and . only.`);
  const resource = words.length > 1 ? kinds[words.at(-2) ?? ""] : undefined;
  if (words.length === 3 && resource === undefined) return badInput(`${text} has no kind that makes pods.`);
  const place = words.length === 3 ? words[0] : words.length === 2 && resource === undefined ? words[0] : undefined;
  return success(
    resource === undefined
      ? { kind: "pod-or-any", namespace: place ?? namespace, name }
      : { kind: "object", namespace: place ?? namespace, resource, name },
  );
}

/** Of a Deployment whose pod waits for its image. */
export const diagnosed = (
  over: Parameters<typeof diagnosisOf>[0] = {},
  imagePullPolicy = "IfNotPresent",
): Extract<DiagnoseAnswer, { kind: "diagnosis" }> => {
  const pod = podWith([container(waiting("ImagePullBackOff"), { imagePullPolicy })]);
  const { name, uid, owner: maker, createdAt, nodeName, phase } = pod;
  const trouble = { container: "app", image, reason: "ImagePullBackOff" };
  return {
    kind: "diagnosis",
    diagnosis: diagnosisOf(over),
    evidence: evidenceOf(read(pod), {
      owners: [owner({ template: [{ name: "app", image, imagePullPolicy }] })],
      siblings: read([{ name, uid, owner: maker, createdAt, nodeName, phase, ready: false, trouble, running: [] }]),
    }),
  };
};

/** A core that answers what a test tells it to. */
export class FakeCore implements Core {
  readonly cluster = "kind";
  readonly asked: DiagnoseRequest[] = [];
  answer: (request: DiagnoseRequest, signal: AbortSignal | undefined) => Promise<DiagnoseAnswer> | DiagnoseAnswer =
    () => diagnosed();

  async diagnose(request: DiagnoseRequest, signal?: AbortSignal): Promise<DiagnoseAnswer> {
    this.asked.push(request);
    return this.answer(request, signal);
  }
  /** Namespaces where somebody may get pods, by user; `null`: in all. */
  rights: (asker: Subject) => readonly (string | null)[] = () => [];
  readonly reviewed: (Subject & { readonly namespace: string | null })[] = [];

  mayGetPods(asker: Subject, namespace: string | null): ReturnType<Core["mayGetPods"]> {
    this.reviewed.push({ ...asker, namespace });
    return Promise.resolve(
      this.rights(asker).includes(namespace)
        ? { ok: true }
        : {
            ok: false,
            sentence: `${asker.user} may not get pods in ${namespace === null ? "all namespaces" : `namespace ${namespace}`}.`,
          },
    );
  }
  ready(): ReturnType<Core["ready"]> {
    return Promise.resolve({ ok: true });
  }
}

export interface Stage {
  readonly slack: SlackDouble;
  readonly core: FakeCore;
  readonly app: SlackApp;
  readonly logged: string[];
  /** HTTP mode: where Slack posts to. */
  readonly requestUrl: string | null;
  /** What one person sees in a channel, once there are so many messages. */
  sees(user: string, channel: string, count: number): Promise<readonly DoubleMessage[]>;
  close(): Promise<void>;
}

/** The real Bolt app against the double, in either mode. */
export async function stage(
  mode: "socket" | "http",
  over: Partial<SlackAppParts> & { readonly double?: Partial<SlackDoubleOptions> } = {},
): Promise<Stage> {
  const clock = over.clock ?? (() => new Date());
  const slack = await startSlackDouble({ clock, ...workspace, ...over.double });
  const core = new FakeCore();
  const logged: string[] = [];
  const write = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const reach = { apiUrl: slack.apiUrl, botToken: slack.botToken };
  const app = createSlackApp({
    core,
    slack:
      mode === "socket"
        ? { ...reach, mode, appToken: slack.appToken }
        : { ...reach, mode, signingSecret: slack.signingSecret },
    clock,
    log: { info: write, warn: write, error: write },
    access: { look: "members" },
    namespaces: new Map([[inside, "shop"]]),
    parseTarget,
    ...over,
  });
  const server = app.handler === null ? null : createServer(app.handler);
  const requestUrl = server === null ? null : await listening(server);
  if (requestUrl !== null) slack.deliverTo(requestUrl);
  const started = await app.start();
  expect(started).toEqual({ ok: true, value: undefined });
  return {
    slack,
    core,
    app,
    logged,
    requestUrl,
    sees: (user, channel, count) =>
      vi.waitFor(
        () => {
          const seen = slack.messages(channel, user);
          expect(seen.length).toBeGreaterThanOrEqual(count);
          return seen;
        },
        { timeout: 5_000, interval: 10 },
      ),
    close: async () => {
      await app.stop(100);
      server?.closeAllConnections();
      server?.close();
      await slack.close();
    },
  };
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`),
    ),
  );
}

/** Everything that a message shows, as one text. */
export const shown = ({ text, blocks }: Pick<DoubleMessage, "text" | "blocks">): string =>
  `${text}\n${JSON.stringify(blocks)}`;

/** Long enough for a second answer to have come, were there one. */
export const settle = (): Promise<void> => sleep(150);

/** The action ids that a message offers. */
export const offers = ({ blocks }: DoubleMessage): readonly string[] =>
  JSON.stringify(blocks).match(/(?<="action_id":")[^"]+/g) ?? [];

/** Ten times faster than life. */
export const hasty = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  sleep(milliseconds / 10, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
