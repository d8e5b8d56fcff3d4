import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, soon, world } from "./connected.ts";

let here: World;
beforeEach(() => {
  here = world();
});
afterEach(() => here.stop());

const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const userInfo = { username: "dana", uid: "7", groups: ["devs", "system:authenticated"], extra: { token: ["secret"] } };

describe("who the own login is", () => {
  it.each([
    [
      "with its groups, and no more",
      201,
      { status: { userInfo } },
      { status: "ok", value: { user: "dana", groups: userInfo.groups } },
    ],
    [
      "without groups",
      201,
      { status: { userInfo: { username: "dana", groups: null } } },
      { status: "ok", value: { user: "dana", groups: [] } },
    ],
    [
      "forbidden",
      403,
      {},
      { status: "forbidden", reason: "who this login is cannot be read (forbidden: create selfsubjectreviews)" },
    ],
    [
      "an API server that is older",
      404,
      {},
      {
        status: "absent",
        reason: "the API authentication.k8s.io/v1, of Kubernetes 1.28 and later, does not exist",
      },
    ],
    [
      "an answer without a name",
      201,
      { status: { userInfo: { username: "" } } },
      {
        status: "failed",
        reason:
          "who this login is cannot be read: the API server's answer is not what Kubernetes writes (status.userInfo.username)",
      },
    ],
    [
      "an answer that is no review",
      200,
      { status: { userInfo } },
      { status: "failed", reason: "who this login is cannot be read: the API server answers 200" },
    ],
  ] as const)("%s", async (_what, status, body, expected) => {
    const { reader } = await here.start([], {
      answers: {
        [path]: (request, response) => {
          const code = request.method === "POST" ? status : 405;
          response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
        },
      },
    });
    expect(await reader.whoAmI(soon())).toEqual(expected);
  });
});
