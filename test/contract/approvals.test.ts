import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { asking } from "./approvals/asking.ts";
import { changing } from "./approvals/changing.ts";
import { deciding } from "./approvals/deciding.ts";
import { approvals } from "./approvals/install.ts";
import { moving } from "./approvals/moving.ts";
import { listed, reading } from "./approvals/reading.ts";
import type { Row } from "./approvals/row.ts";
import { describeShape, shapeOf } from "./shape.ts";
import { type Ask, type Reply, type Side, contractSides } from "./sides.ts";

/**
 * Re-pull requests, decisions and who may: asked of the simulated API server, and of a real one that has what `imagepull install` puts there.
 * Both must do and answer what stands in the table.
 */
const { sides, held, summary } = contractSides();
const shapes = new Map<string, ReadonlyMap<string, string>>();

afterAll(() => {
  console.log(summary());
});

const stored = z.looseObject({ metadata: z.looseObject({ uid: z.string(), resourceVersion: z.string() }) });
const list = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) });
type Stored = z.infer<typeof stored>["metadata"];

describe.each(sides)("re-pull requests of %s", (name, start) => {
  let side: Side;
  beforeAll(async () => {
    side = await start();
    await side.install(await approvals());
    for (const one of listed) await done(fill(one));
  });
  afterAll(async () => {
    await side.stop();
  });

  const fill = <T>(value: T, about?: Stored): T =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll("{ns}", side.namespace)
        .replaceAll("{uid}", about?.uid ?? "")
        .replaceAll("{version}", about?.resourceVersion ?? ""),
    ) as T;

  async function done(one: Ask): Promise<Reply> {
    const reply = await side.ask(one);
    if (reply.status !== 200 && reply.status !== 201) throw new Error(`${one.path}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** Does what goes before; resolves to the object as the last of it left it. */
  async function setUp({ given = [] }: Row): Promise<Stored | undefined> {
    let last: Stored | undefined;
    for (const one of given) last = stored.parse((await done(one)).json).metadata;
    return last;
  }

  it.each([...asking, ...changing, ...deciding, ...moving, ...reading])("$what: $status $reason", async (row) => {
    const about = await setUp(fill(row));
    const { status, reason, message, answer, lacks = [], names, afterwards, ...asked } = fill(row, about);
    const reply = await side.ask(asked);
    expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) as string });
    if (message !== undefined) expect(reply.json).toHaveProperty("message", message);
    if (reply.json !== undefined) expect(reply.json).toMatchObject({ ...answer, ...(reason && { reason }) });
    for (const path of lacks) expect(reply.json).not.toHaveProperty(path);
    if (names !== undefined) expect(list.parse(reply.json).items.map(({ metadata }) => metadata.name)).toEqual(names);
    // The simulator invents nothing: a field that it writes is one that the real server writes, of the same type.
    const shape = shapeOf(reply.json);
    const real = shapes.get(row.what);
    if (real === undefined) shapes.set(row.what, shape);
    else expect(describeShape(shape, real)).toEqual([]);
    if (afterwards !== undefined) {
      const [where, part] = afterwards;
      const after = await side.ask({ as: "admin", method: "GET", path: where });
      expect(after.status).toBe(part === null ? 404 : 200);
      if (part !== null) expect(after.json).toMatchObject(part);
    }
    held(name);
  });
});
