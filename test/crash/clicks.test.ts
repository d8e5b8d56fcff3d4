import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Delivery, DoubleMessage } from "../../src/playground/slack/types.ts";
import { ask, limit, seen, toApprove } from "./in-slack.ts";
import { calm, requestsIn } from "./play.ts";
import { approvers, channel } from "./house.ts";
import { openWorld, type World } from "./world.ts";

/** Two processes, one request, and twenty clicks on its button by five people at once. */

const clicks = 20;
let world: World;
let delivered: readonly Delivery[];
let generationBefore = 0;

const generation = (): number => world.cluster.get("apps/v1", "Deployment", "web")?.metadata.generation ?? 0;
const request = () => requestsIn(world)[0];
const answersTo = (person: string): readonly DoubleMessage[] =>
  world.slack.messages(channel, person).filter(({ ephemeralTo }) => ephemeralTo === person);
/** Changes of the workload that make its pods anew: the note of the end makes none. */
const restarts = (): number =>
  world.cluster.api.writes.filter(
    ({ path, dryRun, body }) =>
      path.endsWith("/deployments/web") &&
      !dryRun &&
      JSON.stringify(body).includes("kubectl.kubernetes.io/restartedAt"),
  ).length;
const steps = (): readonly string[] => request()?.status?.history.map(({ phase }) => phase) ?? [];
const handled = (): readonly number[] =>
  world.bots.map((bot) => (bot.log().match(/"msg":"a request has moved"/gu) ?? []).length);

beforeAll(async () => {
  world = await openWorld({ bots: 2 });
  await ask(world, "restart");
  const message = await seen(() => toApprove(world), limit);
  if (message === null) throw new Error("no message shows the request");
  generationBefore = generation();
  delivered = await Promise.all(
    Array.from({ length: clicks }, (_, index) =>
      world.slack.click(approvers[index % approvers.length] ?? "", message, "approve"),
    ),
  );
  const end = Date.now() + 60_000;
  while (request()?.status?.slack?.shown !== "Succeeded" && Date.now() < end) await sleep(50);
  await calm(world);
  const first = request()?.status?.history.find(({ phase }) => phase === "Approved")?.by ?? "";
  const answers = approvers.flatMap((person) => answersTo(person));
  console.table([
    {
      processes: world.bots.length,
      clicks,
      people: approvers.length,
      "phase changes to Approved": steps().filter((phase) => phase === "Approved").length,
      "approved by": first,
      "patches that restart": restarts(),
      answers: answers.length,
      "polite answers besides the one that moved it": answers.length - 1,
    },
  ]);
}, 180_000);
afterAll(() => world.close());

it("each click is taken by one of the two processes", () => {
  expect(delivered.map(({ outcome }) => outcome)).toEqual(Array.from({ length: clicks }, () => "ok"));
  expect(world.bots.every((bot) => bot.isRunning())).toBe(true);
  expect(handled().reduce((all, one) => all + one, 0)).toBeGreaterThanOrEqual(5);
});

it("one phase change, one word a person, one patch", () => {
  expect(steps()).toEqual(["Pending", "Approved", "Executing", "Verifying", "Succeeded"]);
  expect(world.cluster.list("imagepull.dev/v1alpha1", "RepullDecision", world.namespace)).toHaveLength(
    approvers.length,
  );
  expect(restarts()).toBe(1);
  const plain = { "patch deployments": 2 };
  const writes = world.cluster.api.writes.filter(({ path, dryRun }) => path.includes("/deployments/") && !dryRun);
  expect(writes.filter(({ user }) => user.startsWith("system:serviceaccount:"))).toHaveLength(
    plain["patch deployments"],
  );
  expect(generation()).toBeGreaterThan(generationBefore);
});

it("each click has an answer of its own, and one message shows it all", () => {
  for (const person of approvers) {
    const answers = answersTo(person).map(({ text }) => text);
    expect(answers, person).toHaveLength(clicks / approvers.length);
    // One word was said by each; the rest were told that it stands already.
    expect(
      answers.filter((text) => text.startsWith("You approved it.")),
      person,
    ).toHaveLength(1);
    expect(
      answers.filter((text) => text.includes("Nothing was said twice")),
      person,
    ).toHaveLength(3);
  }
  const roots = world.slack
    .messages(channel, approvers[0])
    .filter(({ ephemeralTo, user }) => ephemeralTo === null && user === world.slack.botUserId);
  expect(roots).toHaveLength(1);
  expect(world.slack.unknownCalls()).toEqual([]);
});
