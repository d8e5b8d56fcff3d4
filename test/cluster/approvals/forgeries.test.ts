import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { stage } from "../stage.ts";
import { type Call, inTurn, must, patches, type Reply } from "./api.ts";
import { type Bent, bends, edits, pointer, withField } from "./bend.ts";
import { exampleDecision, exampleRequest, exampleStatus } from "./example.ts";
import {
  asking,
  at,
  changeForgeries,
  deciding,
  decisionForgeries,
  type Forgery,
  phaseForgeries,
  requestForgeries,
} from "./forgeries.ts";
import { dana, omar } from "./people.ts";
import { isInTable, pairs, type Scene, setScene, table } from "./scene.ts";
import { admin } from "./stand.ts";

/** What the API server itself refuses, whoever asks. */

let scene: Scene;
beforeAll(async () => {
  scene = await setScene(inject("clusterFile"), "forgeries");
});
afterAll(() => scene.remove());

interface Tried extends Forgery {
  readonly reply: Reply;
}

const isRefused = ({ reply, refused }: Tried): boolean =>
  reply.status >= 400 && reply.status < 500 && refused.test(reply.message);
const lineOf = ({ what, call, reply }: Tried): string =>
  `${call.as.name.slice(0, 18).padEnd(18)}  ${what.slice(0, 58).padEnd(58)}  ${reply.status}  ${shortened(reply.message)}`;
/** Without the name of the object, which every sentence begins with. */
const shortened = (message: string): string =>
  message
    .replaceAll(/^.*?denied request: |^[^:]*? is invalid: |^[^:]*? is forbidden: /gu, "")
    .replaceAll("\n", " ")
    .slice(0, 90);

/** Everything that is there, but what the API server notes of itself. */
const everything = async (): Promise<unknown> =>
  Promise.all(
    (["repullrequests", "repulldecisions"] as const).map(async (resource) => {
      const { items } = await must<{ items: unknown[] }>(scene.api, {
        as: admin,
        method: "GET",
        path: at(scene.namespace, resource),
      });
      return items;
    }),
  );

/** Tries all of them, prints what the API server said, and looks that nothing has changed. */
async function refuses(title: string, forgeries: readonly Forgery[]): Promise<void> {
  const before = await everything();
  const tried = await stage(title, () =>
    inTurn(forgeries, 4, async (forgery): Promise<Tried> => ({
      ...forgery,
      reply: await scene.api.call(forgery.call),
    })),
  );
  console.log(
    [`${title}: ${tried.filter(isRefused).length} of ${tried.length} refused`, ...tried.map(lineOf)].join("\n"),
  );
  expect(tried.filter((one) => !isRefused(one)).map(lineOf)).toEqual([]);
  expect(await everything()).toEqual(before);
}

/** The same for bent fields, a line each. */
async function refusesFields(
  title: string,
  bent: readonly Bent[],
  call: (bent: Bent) => Call,
  refused: RegExp,
): Promise<void> {
  const before = await everything();
  const tried = await stage(title, () =>
    inTurn(bent, 4, async (one): Promise<Tried & { bent: Bent }> => {
      const as = call(one);
      return {
        bent: one,
        what: `${pointer(one.path)}: ${one.how}`,
        call: as,
        refused,
        reply: await scene.api.call(as),
      };
    }),
  );
  const fields = Map.groupBy(tried, ({ bent: { path } }) => pointer(path));
  const lines = [...fields].map(([field, all]) => `${field}: ${all.map(({ bent: { how } }) => how).join(", ")}`);
  console.log([`${title}: ${tried.filter(isRefused).length} of ${tried.length} refused`, ...lines].join("\n"));
  expect(tried.filter((one) => !isRefused(one)).map(lineOf)).toEqual([]);
  expect(tried.length).toBeGreaterThan(10);
  expect(await everything()).toEqual(before);
}

const mayGo = new Set([
  "container",
  "tag",
  "image",
  "only",
  "undo",
  "undoes",
  "wanted",
  "by",
  "executor",
  "progress",
  "running",
  "kept",
  "slack",
  "ts",
  "shown",
]);

describe("what is refused", () => {
  it("requests in another's name, or without a right", () =>
    refuses("requests", requestForgeries(scene.namespace, scene.bot)));

  it("decisions in another's name, or without a right", () =>
    refuses("decisions", decisionForgeries(scene.namespace, scene.bot)));

  it("changes by anybody but the bot, whatever RBAC lets them", () =>
    refuses("changes", changeForgeries(scene.namespace, scene.standing.get("Pending") ?? "", scene.decided)));

  it("every step that the table does not have, also to the bot", () => {
    const wrong = pairs.filter(([from, to]) => !isInTable(from, to));
    expect(wrong).toHaveLength(pairs.length - table.length);
    return refuses("steps", phaseForgeries(scene, wrong));
  });

  it("a request with a field that is bent", () => {
    const { spec } = exampleRequest(scene.namespace, "forged");
    const call = (bent: Bent): Call => asking(scene.namespace, dana, withField(spec, bent));
    return refusesFields(
      "fields of a request",
      bends(spec, mayGo),
      // What is removed must not come back from the example.
      (bent) => ({
        ...call(bent),
        body: { ...exampleRequest(scene.namespace, "forged"), spec: withField(spec, bent) },
      }),
      /spec\./,
    );
  });

  it("a decision with a field that is bent", () => {
    const body = exampleDecision(scene.namespace, "forged");
    const bent = bends(body.spec, new Set());
    const call = deciding(scene.namespace, omar, {});
    return refusesFields(
      "fields of a decision",
      bent,
      (one) => ({ ...call, body: { ...body, spec: withField(body.spec, one) } }),
      /spec\./,
    );
  });

  it("a status with a field that is bent, also by the bot", () => {
    const status = exampleStatus("Pending");
    const call = (one: Bent): Call => ({
      ...scene.moving(scene.unseen, "Pending"),
      type: patches.json,
      body: [{ op: "add", path: "/status", value: withField(status, one) }],
    });
    return refusesFields("fields of a status", bends(status, mayGo), call, /status\./);
  });

  it("an edit of any field of what was asked, whoever edits", () => {
    const { spec } = exampleRequest(scene.namespace, "forged");
    const removed = bends(spec, new Set()).filter(({ how }) => how === "removed");
    const path = at(scene.namespace, "repullrequests", scene.standing.get("Pending"));
    const whole: Bent = { path: [], how: "removed", value: undefined };
    return refusesFields(
      "edits of a request",
      [...edits(spec), ...removed, whole],
      editing(path),
      /spec never changes|spec\.?.*Required/,
    );
  });

  it("an edit of any field of a decision, whoever edits", () => {
    const { spec } = exampleDecision(scene.namespace, "forged");
    const removed = bends(spec, new Set()).filter(({ how }) => how === "removed");
    const path = at(scene.namespace, "repulldecisions", scene.decided);
    return refusesFields(
      "edits of a decision",
      [...edits(spec), ...removed],
      editing(path),
      /a decision never changes|Required/,
    );
  });

  const editing =
    (path: string) =>
    ({ path: field, value }: Bent): Call => ({
      as: admin,
      method: "PATCH",
      path,
      type: patches.json,
      body: [
        {
          op: value === undefined ? "remove" : "replace",
          path: field.length === 0 ? "/spec" : `/spec${pointer(field)}`,
          value,
        },
      ],
    });

  it("a status that comes with a new request: it is not stored", async () => {
    const name = "with-status";
    const body = { ...exampleRequest(scene.namespace, name), status: exampleStatus("Approved") };
    const made = await must<object>(scene.api, { ...asking(scene.namespace, dana, {}), body });
    expect(made).not.toHaveProperty("status");
    await must(scene.api, { as: scene.bot, method: "DELETE", path: at(scene.namespace, "repullrequests", name) });
  });

  it("spec through the status of a request: the bot's own write leaves it as it is", async () => {
    const path = at(scene.namespace, "repullrequests", scene.standing.get("Executing"));
    const call = scene.moving(scene.standing.get("Executing") ?? "", "Executing");
    const body = { status: exampleStatus("Executing"), spec: { strategy: "probe" }, metadata: { labels: { a: "b" } } };
    await must(scene.api, { ...call, body });
    const now = await must<{ spec: object; metadata: object }>(scene.api, { as: admin, method: "GET", path });
    expect(now.spec).toEqual(exampleRequest(scene.namespace, "x").spec);
    expect(now.metadata).not.toHaveProperty("labels");
  });
});
