import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Review, reviewPath, reviewing } from "../support/reviews.ts";
import { type World, soon, world } from "./connected.ts";

let here: World;
beforeEach(() => {
  here = world();
});
afterEach(() => here.stop());

const dana = { user: "slack:T1:U1", groups: ["slack:T1", "slack:T1:S1"], namespace: "shop" };

describe("whether somebody may get pods", () => {
  it.each([
    ["yes", true, { status: "ok", value: true }],
    ["no", false, { status: "ok", value: false }],
    ["no, where one authorizer denies it", { allowed: true, denied: true }, { status: "ok", value: false }],
    [
      "not known, where the bot may not ask",
      403,
      { status: "forbidden", reason: "who may get pods cannot be read (forbidden: create subjectaccessreviews)" },
    ],
    [
      "not known, where the API server is in trouble",
      500,
      { status: "failed", reason: "who may get pods cannot be read: the API server answers 500" },
    ],
    [
      "not known, where the answer says nothing",
      {},
      {
        status: "failed",
        reason:
          "who may get pods cannot be read: the API server's answer is not what Kubernetes writes (status.allowed)",
      },
    ],
    [
      "not known, where the answer says it with a word",
      { allowed: "true" },
      {
        status: "failed",
        reason:
          "who may get pods cannot be read: the API server's answer is not what Kubernetes writes (status.allowed)",
      },
    ],
    [
      "not known, where it was answered as a read is",
      200,
      { status: "failed", reason: "who may get pods cannot be read: the API server answers 200" },
    ],
  ] as const)("%s", async (_, word, expected) => {
    const { reader } = await here.start([], { answers: reviewing(() => word) });
    expect(await reader.mayGetPods(dana, soon())).toEqual(expected);
  });

  it.each([
    ["shop", "shop"],
    [null, ""],
  ])("in namespace %j is asked as Kubernetes takes it, and sent once", async (namespace, written) => {
    const asked: Review[] = [];
    const answers = reviewing((review) => asked.push(review) > 0);
    const { reader } = await here.start([], { answers });
    await reader.mayGetPods({ ...dana, namespace }, soon());
    expect(asked).toEqual([
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          user: "slack:T1:U1",
          groups: ["slack:T1", "slack:T1:S1"],
          resourceAttributes: { verb: "get", group: "", resource: "pods", namespace: written },
        },
      },
    ]);
    expect(here.api().requests).toEqual([`POST ${reviewPath}`]);
  });

  it("is asked again, whole, with a new login where the old one is refused", async () => {
    const file = join(here.folder, "token");
    writeFileSync(file, "first");
    const asked: string[] = [];
    const review = reviewing(({ spec }) => asked.push(spec.user) > 0)[reviewPath];
    const { reader } = await here.start(
      [],
      {
        answers: {
          [reviewPath]: (request, response) =>
            request.headers.authorization === "Bearer second"
              ? review?.(request, response)
              : void response.writeHead(401).end(),
        },
      },
      { tokenFile: file },
    );
    expect(await reader.mayGetPods(dana, soon())).toMatchObject({ status: "failed" });
    writeFileSync(file, "second");
    expect(await reader.mayGetPods(dana, soon())).toEqual({ status: "ok", value: true });
    expect(asked).toEqual([dana.user]);
  });

  it("ends with its deadline", async () => {
    const { reader } = await here.start([], { answers: { [reviewPath]: () => undefined } });
    expect(await reader.mayGetPods(dana, AbortSignal.timeout(100))).toEqual({
      status: "timeout",
      reason: "who may get pods could not be read in time: the API server does not answer",
    });
  });
});

describe("whether somebody may do any one thing", () => {
  const restart = { ...dana, verb: "restart", group: "imagepull.dev", resource: "repullrequests" };
  it.each([
    ["yes", true, { allowed: true, error: null }],
    ["no", false, { allowed: false, error: null }],
    [
      "no, with what went wrong",
      { allowed: false, evaluationError: 'RBAC: role "x" not found' },
      { allowed: false, error: 'RBAC: role "x" not found' },
    ],
    [
      "yes, although something went wrong",
      { allowed: true, evaluationError: 'RBAC: role "x" not found' },
      { allowed: true, error: 'RBAC: role "x" not found' },
    ],
    ["no, where one authorizer denies it", { allowed: true, denied: true }, { allowed: false, error: null }],
  ] as const)("%s", async (_, word, value) => {
    const { reader } = await here.start([], { answers: reviewing(() => word) });
    expect(await reader.review(restart, soon())).toEqual({ status: "ok", value });
  });

  it("is asked by its group, resource and verb", async () => {
    const asked: Review[] = [];
    const { reader } = await here.start([], { answers: reviewing((review) => asked.push(review) > 0) });
    await reader.review(restart, soon());
    expect(asked[0]?.spec).toEqual({
      user: "slack:T1:U1",
      groups: ["slack:T1", "slack:T1:S1"],
      resourceAttributes: { verb: "restart", group: "imagepull.dev", resource: "repullrequests", namespace: "shop" },
    });
  });

  it.each([
    [403, "who may restart repullrequests cannot be read (forbidden: create subjectaccessreviews)"],
    [500, "who may restart repullrequests cannot be read: the API server answers 500"],
  ])("is not known after a %i", async (word, reason) => {
    const { reader } = await here.start([], { answers: reviewing(() => word) });
    expect(await reader.review(restart, soon())).toMatchObject({ reason });
  });
});
