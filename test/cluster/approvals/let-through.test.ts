import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { mayMove } from "../../../src/approvals/machine.ts";
import { type Phase, phases } from "../../../src/approvals/types.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import { until } from "../stage.ts";
import { type Call, inTurn, must } from "./api.ts";
import { exampleRequest, exampleStatus } from "./example.ts";
import { asking, at, deciding } from "./forgeries.ts";
import { dana, groupsOfJoiner, joiner, lena, omar, rita } from "./people.ts";
import { isInTable, pairs, type Scene, setScene, table } from "./scene.ts";
import { admin } from "./stand.ts";

/** What the API server lets through: a policy that refuses everything would pass for a safe one. */

let scene: Scene;
beforeAll(async () => {
  scene = await setScene(inject("clusterFile"), "let-through");
});
afterAll(() => scene.remove());

describe("what is let through", () => {
  const slack = { user: "slack:T1:U1", groups: ["slack:T1", "slack:T1:S1"] };
  const parameters = exampleRequest("", "").spec.parameters;
  const dry = (call: Call): Call => ({ ...call, path: `${call.path}${call.path.includes("?") ? "&" : "?"}dryRun=All` });

  it("everybody's own, within their rights", async () => {
    const rows: readonly (readonly [string, Call])[] = [
      ...strategies.map(
        (strategy) => [`dana asks for ${strategy}`, asking(scene.namespace, dana, { strategy })] as const,
      ),
      ["lena may restart only, and asks for it", asking(scene.namespace, lena, {})],
      [
        "rita asks for another repository, unproven",
        asking(scene.namespace, rita, { parameters: { ...parameters, allowRepository: true, allowUnproven: true } }),
      ],
      ["joiner has 256 groups", asking(scene.namespace, joiner, { requestedByGroups: groupsOfJoiner })],
      ["groups in another order", asking(scene.namespace, joiner, { requestedByGroups: groupsOfJoiner.toReversed() })],
      [
        "the bot asks for a person of Slack",
        asking(scene.namespace, scene.bot, { requestedBy: slack.user, requestedByGroups: slack.groups }),
      ],
      [
        "the bot asks for one, who may more than itself",
        asking(scene.namespace, scene.bot, {
          requestedBy: slack.user,
          requestedByGroups: slack.groups,
          parameters: { ...parameters, allowRepository: true, allowUnproven: true },
        }),
      ],
      ...(["approve", "deny", "cancel"] as const).map(
        (decision) => [`omar decides ${decision}`, deciding(scene.namespace, omar, { decision })] as const,
      ),
      ["dana may only ask, and cancels", deciding(scene.namespace, dana, { decision: "cancel" })],
      [
        "the bot decides for a person of Slack",
        deciding(scene.namespace, scene.bot, { by: slack.user, byGroups: slack.groups }),
      ],
    ];
    const replies = await inTurn(rows, 4, ([, call]) => scene.api.call(dry(call)));
    const lines = rows.map(([what], index) => `${what}: ${replies[index]?.status} ${replies[index]?.message}`);
    console.log(lines.join("\n"));
    expect(lines.filter((line) => !line.endsWith(": 201 "))).toEqual([]);
  });

  it("the table's steps, and a new word in the same phase", async () => {
    const same = phases.map((phase): readonly [Phase, Phase] => [phase, phase]);
    const rows = [...table, ...same];
    const replies = await inTurn(rows, 4, ([from, to]) =>
      scene.api.call(scene.moving(from === null ? scene.unseen : (scene.standing.get(from) ?? ""), to, "?dryRun=All")),
    );
    expect(rows.map(([from, to], index) => `${from} ${to} ${replies[index]?.status}`)).toEqual(
      rows.map(([from, to]) => `${from} ${to} 200`),
    );
  });

  it("the same steps that the bot's own state machine takes", () => {
    expect(pairs.filter(([from, to]) => mayMove(from, to))).toEqual(pairs.filter(([from, to]) => isInTable(from, to)));
  });

  it("that two write at once: one of them", async () => {
    const name = "raced";
    await must(scene.api, { ...asking(scene.namespace, dana, {}), body: exampleRequest(scene.namespace, name) });
    const path = at(scene.namespace, "repullrequests", name);
    const object = await must<object>(scene.api, { as: scene.bot, method: "GET", path });
    const put = (id: number): Call => ({
      as: scene.bot,
      method: "PUT",
      path: `${path}/status`,
      body: { ...object, status: exampleStatus("Pending", { message: `replica ${id}` }) },
    });
    const replies = await Promise.all([1, 2, 3, 4].map((id) => scene.api.call(put(id))));
    expect(replies.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409, 409, 409]);
  });

  it("that what is deleted goes, also when the garbage collector has to let go of it first", async () => {
    const name = "goes";
    const path = at(scene.namespace, "repullrequests", name);
    await must(scene.api, { ...asking(scene.namespace, dana, {}), body: exampleRequest(scene.namespace, name) });
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Foreground" };
    await must(scene.api, { as: scene.bot, method: "DELETE", path, body });
    await until(
      "the end of the request",
      async () => ((await scene.api.call({ as: admin, method: "GET", path })).status === 404 ? true : null),
      30,
    );
  });
});
