import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { kubeconfigFor } from "../support/fake-api.ts";
import { pod } from "../support/kube-objects.ts";
import { type World, getPod, named, soon, world } from "./connected.ts";

let here: World;
beforeEach(() => {
  here = world();
});
afterEach(() => here.stop());

describe("logging in", () => {
  it("a refused login is said in a sentence without the token", async () => {
    const { reader } = await here.start([], { tokens: () => ["other"] }, { token: "canary-token" });
    expect(await reader.get(getPod("web-1"), named, soon())).toEqual({
      status: "failed",
      reason: `the API server ${here.api().url} does not accept this login (401): log in again, or name another context`,
    });
  });

  it("user name and password", async () => {
    let seen = "";
    const { reader } = await here.start(
      [],
      {
        answers: { "/readyz": (request, response) => void response.end((seen = request.headers.authorization ?? "")) },
      },
      { username: "ann", password: "p:w" },
    );
    await reader.ready(soon());
    expect(seen).toBe(`Basic ${Buffer.from("ann:p:w").toString("base64")}`);
  });

  it("impersonation, with every group", async () => {
    let seen: Record<string, unknown> = {};
    const { reader } = await here.start(
      [],
      { answers: { "/readyz": (request, response) => void response.end(void (seen = request.headersDistinct)) } },
      { token: "t", as: "bob", "as-groups": ["dev", "ops"] },
    );
    await reader.ready(soon());
    expect(seen).toMatchObject({ "impersonate-user": ["bob"], "impersonate-group": ["dev", "ops"] });
  });

  it("a token file is read anew when its token is refused, once", async () => {
    const file = join(here.folder, "token");
    writeFileSync(file, "first\n");
    let accepted = "first";
    const { reader } = await here.start([pod("web-1")], { tokens: () => [accepted] }, { tokenFile: file });
    expect(await reader.get(getPod("web-1"), named, soon())).toMatchObject({ status: "ok" });
    writeFileSync(file, "second\n");
    accepted = "second";
    expect(await reader.get(getPod("web-1"), named, soon())).toMatchObject({ status: "ok" });
    accepted = "third";
    const before = here.api().requests.length;
    expect(await reader.get(getPod("web-1"), named, soon())).toMatchObject({ status: "failed" });
    expect(here.api().requests.length - before).toBe(2);
  });

  it("a token file is read anew after a minute", async () => {
    const file = join(here.folder, "token");
    writeFileSync(file, "first");
    let now = new Date("2026-11-24T10:00:00Z");
    const seen: string[] = [];
    const api = await here.serve([], {
      answers: {
        "/readyz": (request, response) => void response.end(void seen.push(request.headers.authorization ?? "")),
      },
    });
    const { reader } = await here.connectTo(api.url, { tokenFile: file }, () => now);
    await reader.ready(soon());
    writeFileSync(file, "second");
    await reader.ready(soon());
    now = new Date("2026-11-24T10:01:01Z");
    await reader.ready(soon());
    expect(seen).toEqual(["Bearer first", "Bearer first", "Bearer second"]);
  });
});

describe("credential plugins", () => {
  const plugin = (script: string): object => ({
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", script],
      env: [{ name: "COUNT", value: join(here.folder, "count") }],
    },
  });
  /** Answers with token-1, token-2, …, and the time of expiry that is given. */
  const counting = (expires: string | null): string =>
    `const fs=require("fs");const n=(fs.existsSync(process.env.COUNT)?+fs.readFileSync(process.env.COUNT,"utf8"):0)+1;fs.writeFileSync(process.env.COUNT,String(n));
     const info=JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     console.log(JSON.stringify({kind:"ExecCredential",apiVersion:info.apiVersion,status:{token:"token-"+n,expirationTimestamp:${JSON.stringify(expires)}}}))`;

  it("one run serves reads side by side, and is repeated once when its token is refused", async () => {
    let accepted = "token-1";
    const { reader } = await here.start([pod("web-1")], { tokens: () => [accepted] }, plugin(counting(null)));
    const together = (): Promise<{ status: string }[]> =>
      Promise.all(Array.from({ length: 6 }, () => reader.get(getPod("web-1"), named, soon())));
    expect((await together()).map(({ status }) => status)).toEqual(Array(6).fill("ok"));
    accepted = "token-2";
    expect((await together()).map(({ status }) => status)).toEqual(Array(6).fill("ok"));
    accepted = "token-9";
    expect((await together()).map(({ status }) => status)).toEqual(Array(6).fill("failed"));
  });

  it("it runs again when its credential has expired", async () => {
    let now = new Date("2026-11-24T10:00:00Z");
    const api = await here.serve([pod("web-1")], {
      tokens: () => [now < new Date("2026-11-24T10:15:00Z") ? "token-1" : "token-2"],
    });
    const { reader } = await here.connectTo(api.url, plugin(counting("2026-11-24T10:15:00Z")), () => now);
    expect(await reader.get(getPod("web-1"), named, soon())).toMatchObject({ status: "ok" });
    now = new Date("2026-11-24T10:20:00Z");
    expect(await reader.get(getPod("web-1"), named, soon())).toMatchObject({ status: "ok" });
    // The expired token was never sent: a refusal would have made a third request.
    expect(api.requests).toHaveLength(2);
  });

  it.each([
    [
      "it is not installed",
      { exec: { command: "no-such-plugin-here" } },
      /^the credential plugin no-such-plugin-here, which the kubeconfig names, is not installed here\.$/,
    ],
    [
      "it fails",
      { exec: { command: process.execPath, args: ["-e", "console.error('canary-secret');process.exit(3)"] } },
      /failed \(exit 3\): run it by hand to see why, or log in again\.$/,
    ],
    [
      "it answers nonsense",
      { exec: { command: process.execPath, args: ["-e", "console.log('canary-secret')"] } },
      /did not answer with an ExecCredential that has a status\.$/,
    ],
  ])("%s: one sentence, without its words", async (_what, user, words) => {
    const kubeconfig = join(here.folder, "config");
    writeFileSync(kubeconfig, kubeconfigFor("http://127.0.0.1:1", user));
    const result = await connect({
      kubeconfig,
      environment: { PATH: process.env["PATH"] ?? "" },
      clock: () => new Date(),
    });
    const sentence = result.ok ? "connected" : result.error.sentence;
    expect(sentence).toMatch(words);
    expect(sentence).not.toContain("canary");
  });
});
