import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { describeShape, shapeOf } from "./shape.ts";
import { type Reply, type Side, contractSides } from "./sides.ts";
import { creations, deletions } from "./writes/creations.ts";
import { evictions } from "./writes/evictions.ts";
import { patches } from "./writes/patches.ts";
import { refusedPatches } from "./writes/refused-patches.ts";
import type { WriteRequest } from "./writes/write-request.ts";

/** What a re-pull writes, asked of the simulated API server and of a real one: both must do and answer what stands in the table. */
const { sides, held, summary } = contractSides();
const shapes = new Map<string, ReadonlyMap<string, string>>();

afterAll(() => {
  console.log(summary());
});

const stored = z.looseObject({ metadata: z.looseObject({ uid: z.string(), resourceVersion: z.string() }) });
type Stored = z.infer<typeof stored>["metadata"];

describe.each(sides)("writes to %s", (name, start) => {
  let side: Side;
  beforeAll(async () => {
    side = await start();
  });
  afterAll(async () => {
    await side.stop();
  });

  const admin = (method: string, path: string, body?: unknown, type?: string): Promise<Reply> =>
    side.ask({ as: "admin", method, path, body, type });
  const fill = <T>(value: T, about?: Stored): T =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll("{ns}", side.namespace)
        .replaceAll("{uid}", about?.uid ?? "")
        .replaceAll("{version}", about?.resourceVersion ?? ""),
    ) as T;

  /** Makes what a write is about; resolves to the first object as it stands then. */
  async function setUp({ given = [], first = [] }: WriteRequest): Promise<Stored | undefined> {
    for (const [collection, object] of given) {
      const { status, text } = await admin("POST", collection, object);
      if (status !== 201) throw new Error(`${collection}: ${status} ${text}`);
    }
    for (const { method, path, body, type } of first) {
      const { status, text } = await admin(method, path, body, type);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    }
    const [about] = given;
    if (about === undefined) return undefined;
    const { metadata } = about[1] as { metadata: { name: string } };
    return settled(`${about[0]}/${metadata.name}`);
  }

  /** Controllers, where there are some, have written what they write of a new object. */
  async function settled(path: string): Promise<Stored> {
    let before = stored.parse((await admin("GET", path)).json).metadata;
    for (let quiet = 0; quiet < 3;) {
      await new Promise((resolve) => setTimeout(resolve, name === "the simulator" ? 0 : 100));
      const now = stored.parse((await admin("GET", path)).json).metadata;
      quiet = now.resourceVersion === before.resourceVersion ? quiet + 1 : 0;
      before = now;
    }
    return before;
  }

  it.each([...patches, ...refusedPatches, ...creations, ...deletions, ...evictions])(
    "$what: $status $reason",
    async (row) => {
      const about = await setUp(fill(row));
      const {
        as = "admin",
        method,
        path,
        type,
        body,
        afterwards,
        status,
        kind,
        reason,
        message,
        answer,
      } = fill(row, about);
      const reply = await side.ask({ as, method, path, type, body });
      expect({ status: reply.status, text: reply.text }).toEqual({ status, text: expect.any(String) as string });
      const expected = { ...answer, ...(kind && { kind }), ...(reason && { reason }), ...(message && { message }) };
      expect(reply.json).toMatchObject(expected);
      // The simulator invents nothing: a field that it writes is one that the real server writes, of the same type.
      const shape = shapeOf(reply.json);
      const real = shapes.get(row.what);
      if (real === undefined) shapes.set(row.what, shape);
      else expect(describeShape(shape, real)).toEqual([]);
      if (afterwards !== undefined) {
        const [where, part] = afterwards;
        const after = await admin("GET", where);
        expect(after.status).toBe(part === null ? 404 : 200);
        if (part !== null) expect(after.json).toMatchObject(part);
      }
      held(name);
    },
  );
});
