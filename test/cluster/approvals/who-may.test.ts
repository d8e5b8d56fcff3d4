import { execFile } from "node:child_process";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createRights } from "../../../src/approvals/rights.ts";
import type { Rights } from "../../../src/approvals/types.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { stage } from "../stage.ts";
import { type Api, inTurn, must, openApi } from "./api.ts";
import { generate, type Generated, type Question, question } from "./bindings.ts";
import { random } from "./random.ts";
import { admin, bringApprovals } from "./stand.ts";

/** Who may what, as the bot finds it, is what `kubectl auth can-i` says: 200 bindings at random, and questions about them. */

const seed = Number(process.env["IMAGEPULL_TEST_SEED"] ?? Date.now() % 1_000_000);
const mark = `imagepull-test-may-${Date.now().toString(36)}`;
const namespaces = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].map((name) => `${mark}-${name}`);
const bindings = 200;
const questions = 160;
const rbac = "/apis/rbac.authorization.k8s.io/v1";

let cluster: Cluster;
let api: Api;
let rights: Rights;
let close: () => void;
const source = random(seed);
const generated: readonly Generated[] = generate(source, bindings, namespaces, mark);
const asked: readonly Question[] = Array.from({ length: questions }, () => question(source, namespaces));

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  api = openApi(cluster);
  const clock = (): Date => new Date();
  const { kubeconfig, context } = cluster;
  const connected = await connect({ kubeconfig, context, environment: {}, clock });
  if (!connected.ok) throw new Error(connected.error.sentence);
  close = connected.value.close;
  rights = createRights((review, signal) => connected.value.reader.review(review, signal));
  await bringApprovals(cluster);
  await stage(`${bindings} bindings, seed ${seed}`, async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace" };
    for (const name of namespaces)
      await must(api, {
        as: admin,
        method: "POST",
        path: "/api/v1/namespaces",
        body: { ...namespace, metadata: { name } },
      });
    await inTurn(generated, 4, (one) => must(api, { as: admin, method: "POST", ...one }));
  });
});

afterAll(async () => {
  const paths = [
    ...["clusterrolebindings", "clusterroles"].map(
      (resource) => `${rbac}/${resource}?labelSelector=imagepull.test/of%3D${mark}`,
    ),
    ...namespaces.map((name) => `/api/v1/namespaces/${name}`),
  ];
  for (const path of paths) await api.call({ as: admin, method: "DELETE", path });
  close();
  api.close();
});

/** kubectl's own word: it asks as the person, by impersonation. */
function canI({ who, right }: Question): Promise<boolean> {
  const args = [
    "--kubeconfig",
    cluster.kubeconfig,
    "--context",
    cluster.context,
    "auth",
    "can-i",
    right.verb,
    // Who decides may create decisions whatever their names.
    `${right.resource}.imagepull.dev${right.resource === "repulldecisions" ? "/any" : ""}`,
    "--namespace",
    right.namespace,
    "--as",
    who.user,
    ...who.groups.flatMap((group) => ["--as-group", group]),
  ];
  return new Promise((resolve, reject) =>
    execFile(cluster.kubectl, args, (_, stdout, stderr) => {
      const answer = stdout.trim().split("\n").at(-1)?.split(" ")[0];
      // It ends with 1 where the answer is no.
      if (answer === "yes" || answer === "no") resolve(answer === "yes");
      else reject(new Error(`kubectl ${args.join(" ")}: ${stdout}${stderr}`));
    }),
  );
}

const lineOf = ({ who, right }: Question): string =>
  `${who.user} [${who.groups.join(", ")}]: ${right.verb} ${right.resource} in ${right.namespace}`;

describe("who may", () => {
  it(`is what kubectl auth can-i says, for ${questions} questions about ${bindings} bindings (seed ${seed})`, async () => {
    const verdicts = await stage("the bot's answers", () =>
      inTurn(asked, 4, ({ who, right }) => rights.may(who, right)),
    );
    const answers = await stage("kubectl's answers", () => inTurn(asked, 4, canI));
    const rows = asked.map((one, index) => ({ line: lineOf(one), bot: verdicts[index]?.ok, kubectl: answers[index] }));
    const of = (isAllowed: boolean): number => rows.filter(({ kubectl }) => kubectl === isAllowed).length;
    const slack = rows.filter(({ line }) => line.startsWith("slack:"));
    console.log(
      `seed ${seed}: ${rows.length} questions, ${of(true)} allowed, ${of(false)} refused; ${slack.length} of people of Slack, ${slack.filter(({ kubectl }) => kubectl === true).length} allowed; ${rows.filter(({ bot, kubectl }) => bot !== kubectl).length} differ`,
    );
    expect(rows.filter(({ bot, kubectl }) => bot !== kubectl)).toEqual([]);
    // Neither answer may be the only one.
    expect(of(true)).toBeGreaterThan(questions / 5);
    expect(of(false)).toBeGreaterThan(questions / 5);
  });

  it("says the right that is missing where the answer is no", async () => {
    const right = { verb: "restart", resource: "repullrequests", namespace: namespaces[0] ?? "" } as const;
    const verdict = await rights.may({ user: "nobody-knows", groups: [] }, right);
    expect(verdict).toEqual({
      ok: false,
      sentence: expect.stringContaining(
        `nobody-knows may not restart repullrequests.imagepull.dev in namespace ${namespaces[0]}`,
      ) as string,
    });
  });
});
