import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { connect } from "../../src/cluster/connect.ts";
import { createCore } from "../../src/collect/core.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { Registry } from "../../src/registry/registry.ts";
import type { Ahead, Core, DiagnoseAnswer } from "../../src/core.ts";
import { type Evidence, evidenceSchema } from "../../src/diagnosis/evidence.ts";
import { type Behaviour, type FakeApi, type KubeObject, kubeconfigFor, startFakeApi } from "../support/fake-api.ts";
import { shop } from "../support/kube-objects.ts";

export interface Asked {
  /** Default: the shop. */
  readonly objects?: readonly KubeObject[];
  readonly behaviour?: Behaviour;
  readonly defaultNamespace?: string | null;
  readonly deadlines?: { read: number; total: number };
  /** Default: registries are not asked. */
  readonly registry?: Registry;
}

export interface Asker {
  readonly ask: (text: string, asked?: Asked) => Promise<DiagnoseAnswer>;
  readonly evidenceOf: (text: string, asked?: Asked) => Promise<Evidence>;
  readonly core: (asked?: Asked) => Promise<Core & Ahead>;
  /** The API server that was asked last. */
  readonly api: () => FakeApi;
  readonly stop: () => Promise<void>;
}

/** Asks a core about a small API server, over HTTP. */
export function asker(): Asker {
  const folder = mkdtempSync(join(tmpdir(), "core-"));
  const ends: (() => unknown)[] = [];
  let last: FakeApi | null = null;
  const core: Asker["core"] = async ({ objects = shop(), behaviour = {}, deadlines, registry = null } = {}) => {
    const api = await startFakeApi(() => objects, behaviour);
    last = api;
    writeFileSync(join(folder, "config"), kubeconfigFor(api.url));
    const connected = await connect({ kubeconfig: join(folder, "config"), environment: {}, clock: () => new Date() });
    if (!connected.ok) throw new Error(connected.error.sentence);
    ends.push(connected.value.close, api.stop);
    return createCore({
      clusterReader: connected.value.reader,
      registry,
      clock: () => new Date("2026-11-24T10:31:00Z"),
      ...(deadlines === undefined ? {} : { deadlines }),
    });
  };
  const ask: Asker["ask"] = async (text, asked = {}) => {
    const target = parseTarget(text);
    if (!target.ok) throw new Error(target.error.sentence);
    const { defaultNamespace = "shop" } = asked;
    return (await core(asked)).diagnose({ target: target.value, defaultNamespace });
  };
  return {
    ask,
    core,
    async evidenceOf(text, asked) {
      const answer = await ask(text, asked);
      if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
      // What is collected can be saved and read again.
      expect(evidenceSchema.parse(JSON.parse(JSON.stringify(answer.evidence)))).toEqual(answer.evidence);
      return answer.evidence;
    },
    api: () => {
      if (last === null) throw new Error("nobody was asked");
      return last;
    },
    async stop() {
      for (const end of ends) await end();
      rmSync(folder, { recursive: true });
    },
  };
}
