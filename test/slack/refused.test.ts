import { afterEach, describe, expect, it } from "vitest";
import { diagnosisOf } from "../support/diagnoses.ts";
import { container, evidenceOf, podWith, read, waiting } from "../support/evidence.ts";
import { dana, inside, offers, outside, sam, shown, stage, type Stage } from "./support/stage.ts";

let on: Stage;
afterEach(() => on.close());

describe("when Slack refuses", () => {
  it.each(["invalid_blocks", "msg_blocks_too_long"])("%s, the answer comes as text", async (error) => {
    on = await stage("socket");
    on.slack.failNext("response_url", { error });
    on.slack.failNext("chat.postMessage", { error });
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.blocks).toEqual([]);
    expect(answer?.text).toContain("imagepull repull deploy/checkout -n shop");
    await on.slack.say(dana, inside, "@imagepull diagnose checkout");
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies[0]?.text).toContain("*What to do*");
  });

  it("waits as long as Slack asks, and posts a diagnosis once", async () => {
    const waits: number[] = [];
    const wait = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      waits.push(milliseconds);
      return milliseconds === 7_000
        ? Promise.resolve()
        : new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
    };
    on = await stage("socket", { wait });
    on.slack.failNext("chat.postMessage", { retryAfter: 7 });
    const posted = await on.app.postDiagnosis(inside, diagnosisOf());
    expect(posted).toMatchObject({ ok: true, value: { channel: inside } });
    expect(waits).toContain(7_000);
    expect(on.slack.messages(inside, sam)).toHaveLength(1);
    expect(offers(on.slack.messages(inside, sam)[0]!)).not.toContain("share");
  });

  it.each([
    ["where the bot is no member", outside, "not_in_channel"],
    ["in a channel that does not exist", "C0NOWHERE", "channel_not_found"],
  ])("says %s why a diagnosis was not posted", async (_, channel, sentence) => {
    on = await stage("socket");
    expect(await on.app.postDiagnosis(channel, diagnosisOf())).toEqual({ ok: false, error: { sentence } });
  });

  it("a call whose answer was lost is not made twice", async () => {
    on = await stage("socket");
    on.slack.failNext("chat.postMessage", { status: 502 });
    expect(await on.app.postDiagnosis(inside, diagnosisOf())).toMatchObject({ ok: false });
    expect(on.slack.calls("chat.postMessage")).toHaveLength(1);
  });
});

it("a pod with 30 containers is answered within Slack's limits, in both doors", async () => {
  const containers = Array.from({ length: 30 }, (_, index) =>
    container(waiting("ImagePullBackOff", "x".repeat(900)), {
      name: `container-${index}`,
      image: `registry.example.com/team/very/long/path/image-${index}:1.2.3`,
    }),
  );
  const finding = (index: number): ReturnType<typeof diagnosisOf>["findings"][number] => ({
    cause: "image-not-found",
    step: "events",
    container: `container-${index}`,
    image: containers[index]!.image,
    confidence: "confirmed",
    evidence: [[{ code: `failed to pull ${containers[index]!.image}: ${"<&>".repeat(200)}` }], ["since 10:02"]],
    facts: {},
  });
  const findings = containers.map((_, index) => finding(index));
  on = await stage("socket");
  on.core.answer = () => ({
    kind: "diagnosis",
    diagnosis: diagnosisOf({
      findings,
      fixes: Array.from({ length: 30 }, (_, index) => ({
        text: [`fix ${index}`],
        command: `kubectl -n shop set image deploy/checkout c${index}=x`,
      })),
    }),
    evidence: evidenceOf(read(podWith(containers))),
  });
  await on.slack.say(dana, inside, "@imagepull diagnose checkout");
  await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(1);
  const answer = on.slack.messages(inside, dana)[0]!.replies[0]!;
  expect(shown(answer)).toMatch(/\(and 2\d more in Details\)/);
  await on.slack.click(dana, answer, "details");
  await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(2);
  expect(shown(on.slack.messages(inside, dana)[0]!.replies[1]!)).toMatch(/… and \d+ more/);
  expect(on.slack.calls().filter(({ answer: outcome }) => outcome !== "ok")).toEqual([]);
  expect(on.logged.filter((line) => line.includes("refused"))).toEqual([]);
});

it("nothing that is logged holds tokens, addresses of answers, or what people typed", async () => {
  on = await stage("socket");
  on.slack.failNext("users.info", { error: "fatal_error" }, 2);
  await on.slack.say(dana, inside, "/imagepull diagnose secret-project");
  on.slack.failNext("response_url", { error: "invalid_blocks" });
  await on.slack.say(sam, inside, "/imagepull diagnose secret-project");
  on.slack.failNext("response_url", { error: "used_url" });
  await on.slack.say(sam, inside, "/imagepull diagnose secret-project");
  on.slack.failNext("chat.postMessage", { status: 500 });
  await on.slack.say(sam, inside, "@imagepull diagnose secret-project");
  on.slack.dropSocket();
  await expect.poll(() => on.logged.length).toBeGreaterThanOrEqual(5);
  const logged = on.logged.join("\n");
  expect(logged).toMatch(/users\.info failed[\s\S]*sent as text[\s\S]*could not be delivered/);
  for (const secret of [
    on.slack.botToken,
    on.slack.appToken,
    on.slack.signingSecret,
    "/commands/",
    "ticket=",
    "secret-project",
  ])
    expect(logged).not.toContain(secret);
});
