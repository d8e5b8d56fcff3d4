import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { type Connection, connect } from "../../src/cluster/connect.ts";
import { type Behaviour, type FakeApi, type KubeObject, kubeconfigFor, startFakeApi } from "../support/fake-api.ts";

/** A reader that is connected to a small API server; `stop` ends both. */
export interface World {
  readonly folder: string;
  readonly connectTo: (url: string, user?: object, clock?: () => Date) => Promise<Connection>;
  /** The API server that was started last. */
  readonly api: () => FakeApi;
  readonly serve: (objects: readonly KubeObject[], behaviour?: Behaviour) => Promise<FakeApi>;
  readonly start: (objects: readonly KubeObject[], behaviour?: Behaviour, user?: object) => Promise<Connection>;
  readonly stop: () => Promise<void>;
}

export function world(): World {
  const folder = mkdtempSync(join(tmpdir(), "reads-"));
  const ends: (() => unknown)[] = [];
  let last: FakeApi | null = null;
  const connectTo: World["connectTo"] = async (url, user = {}, clock = () => new Date()) => {
    const kubeconfig = join(folder, "config");
    writeFileSync(kubeconfig, kubeconfigFor(url, user));
    const result = await connect({ kubeconfig, environment: { PATH: process.env["PATH"] ?? "" }, clock });
    if (!result.ok) throw new Error(result.error.sentence);
    ends.unshift(result.value.close);
    return result.value;
  };
  const serve: World["serve"] = async (objects, behaviour = {}) => {
    const api = await startFakeApi(() => objects, behaviour);
    ends.push(api.stop);
    last = api;
    return api;
  };
  return {
    folder,
    connectTo,
    serve,
    api: () => {
      if (last === null) throw new Error("no API server was started");
      return last;
    },
    start: async (objects, behaviour, user) => connectTo((await serve(objects, behaviour)).url, user),
    stop: async () => {
      for (const end of ends) await end();
      rmSync(folder, { recursive: true });
    },
  };
}

export const named = z.object({ metadata: z.object({ name: z.string() }) }).transform(({ metadata }) => metadata.name);
export const soon = (): AbortSignal => AbortSignal.timeout(5000);
export const getPod = (name: string) => ({ resource: "pods", namespace: "shop", name }) as const;
