import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { RegistryAnswer } from "../../src/diagnosis/registry-evidence.ts";
import { readCluster, type TestNode } from "../cluster/cluster.ts";
import { behaviours } from "../cluster/registries/behaviours.ts";
import { kinds, ownArchitecture } from "../cluster/registries/images.ts";
import { nodeOf, tell } from "../cluster/runner.ts";
import { stage } from "../cluster/stage.ts";
import { type Case, groups } from "./registry/misbehaviours.ts";
import { ourClient } from "./registry/ours.ts";
import { buildPartners, type Clients, clients } from "./registry/partners.ts";
import { login as realLogin, type RealRegistries, startRegistries } from "./registry/real-registries.ts";

/** The cluster's registries and real ones, asked by crane and skopeo as by a pull (layers and all), and by our client. */
const partners = buildPartners();
const folder = mkdtempSync(join(tmpdir(), "imagepull-oracle-"));
const cases = groups.flatMap(([, rows, withPartners]) => rows.map((row) => ({ row, withPartners })));
const platform = { os: "linux", architecture: ownArchitecture, variant: null };
/** Whoever has not answered by then has failed; our client's own limit is shorter. */
const patience = 10;
const ourPatience = 4;

interface Outcome {
  /** Exit codes; null where it was not asked. */
  readonly crane: number | null;
  readonly skopeo: number | null;
  readonly answer: RegistryAnswer;
}
const outcomes = new Map<Case, Outcome>();
let node: TestNode;
let registries: RealRegistries;

const repositoryOf = ({ repository }: Case, index: number): string =>
  `${repository === "own" ? realLogin.user : "somebody"}/oracle-${process.pid}-${index}`;

beforeAll(async () => {
  node = nodeOf(readCluster(inject("clusterFile")));
  registries = await startRegistries(partners);
  await stage("repositories made", () =>
    Promise.all(
      cases.map(async ({ row }, index) => {
        if (row.behaviour === null) return;
        const name = repositoryOf(row, index);
        const real = registries.all.find(({ id }) => id === row.at);
        if (real === undefined) await tell(node, [{ name, behaviour: row.behaviour, tags: { "1.0": row.image } }]);
        else await real.push(kinds[row.image](name), name, "1.0");
      }),
    ),
  );
  const atOnce = pLimit(4);
  await stage(`${cases.length} ways to fail, and not to, met`, () =>
    Promise.all(
      cases.map(({ row, withPartners }, index) =>
        atOnce(async () => outcomes.set(row, await meet(row, index, withPartners))),
      ),
    ),
  );
});

afterAll(async () => {
  await registries?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function hostOf({ at }: Case): string {
  const real = registries.all.find(({ id }) => id === at);
  return real?.host ?? node.registries[at as keyof typeof node.registries];
}

async function meet(row: Case, index: number, withPartners: boolean): Promise<Outcome> {
  const { tag, login, trusted } = row;
  const host = hostOf(row);
  const image = `${host}/${repositoryOf(row, index)}:${tag}`;
  const tokenServers = registries.all.flatMap(({ host: registry, tokenServer }) =>
    tokenServer === null ? [] : [{ registry, origin: tokenServer }],
  );
  const ours = ourClient({ deadlineMs: ourPatience * 1_000, tokenServers }, trusted ? node.registryAuthority : null);
  try {
    const [exits, answer] = await Promise.all([
      withPartners ? pull(host, image, row, join(folder, String(index))) : { crane: null, skopeo: null },
      ours.ask(image, login, platform),
    ]);
    return { ...exits, answer };
  } finally {
    ours.close();
  }
}

/** How crane and skopeo end. Plain HTTP is taken from this machine alone, as the node's runtime does. */
async function pull(
  host: string,
  image: string,
  { login, trusted }: Case,
  own: string,
): Promise<Omit<Outcome, "answer">> {
  const { crane, skopeo }: Clients = clients({
    crane: partners.get("crane") ?? "crane",
    folder: own,
    logins: login ? { [host]: login } : {},
    environment: trusted ? { SSL_CERT_FILE: node.registryAuthority } : {},
    seconds: patience,
  });
  const verify = !/^(?:127\.|localhost:)/.test(host);
  const [byCrane, bySkopeo] = await Promise.all([
    crane(["pull", "--platform", `linux/${ownArchitecture}`, image, join(own, "crane.tar")]),
    skopeo(["copy", `--src-tls-verify=${verify}`, `docker://${image}`, `docker-archive:${join(own, "skopeo.tar")}`]),
  ]);
  return { crane: byCrane.code, skopeo: bySkopeo.code };
}

const outcomeOf = (row: Case): Outcome => {
  const outcome = outcomes.get(row);
  if (outcome === undefined) throw new Error(`${row.what} was not met`);
  return outcome;
};

describe.each(groups)("%s", (_, rows, withPartners) => {
  it.each(rows.map((row) => [row.what, row] as const))("%s", (__, row) => {
    const { crane, skopeo, answer } = outcomeOf(row);
    expect(answer).toMatchObject(row.says);
    const takenBy = Object.entries({ crane, skopeo }).filter(([, code]) => code === 0);
    if (withPartners) expect(takenBy.map(([name]) => name)).toEqual(row.takenBy);
  });
});

it("every behaviour of the test registry is met, and their table is printed", () => {
  for (const [title, rows] of groups) {
    console.log(title);
    console.table(
      rows.map((row) => {
        const { crane, skopeo, answer } = outcomeOf(row);
        return { "the registry": row.what, crane: exit(crane), skopeo: exit(skopeo), ours: shortly(answer) };
      }),
    );
  }
  const met = new Set(cases.map(({ row }) => row.behaviour));
  expect(Object.keys(behaviours).filter((name) => !met.has(name as keyof typeof behaviours))).toEqual([]);
});

const exit = (code: number | null): string =>
  code === null ? "" : code === 0 ? "pulls" : code === 124 || code === 137 ? "hangs" : "fails";

/** The kind, and what tells it from others of the kind. */
function shortly(answer: RegistryAnswer): string {
  if (answer.kind === "found") return answer.fits === false ? "found, not for this node" : "found";
  if (answer.kind === "not-found" || answer.kind === "not-an-image") return `${answer.kind}: ${answer.what}`;
  if (answer.kind === "auth-rejected") return `auth-rejected: ${answer.why}, by the ${answer.by}`;
  if (answer.kind === "server-error") return `server-error: ${answer.status}`;
  if (answer.kind === "tls") return `tls: ${answer.problem}`;
  if (answer.kind === "timeout") return `timeout: no ${answer.waitedFor}`;
  return answer.kind === "unknown" ? `unknown: ${answer.why}` : answer.kind;
}
