import { describe, expect, it } from "vitest";
import type { Pod } from "../kubernetes.ts";
import { kubectl, nodeOf, tell } from "../runner.ts";
import { until } from "../stage.ts";
import { writesIn } from "./audit.ts";
import { bench, onFirst } from "./bench.ts";
import { openShell } from "./shell.ts";
import { apply, digestsOf, type Made, manifestOf, podsNamed, pushTag, ready } from "./workloads.ts";

/** An API server that goes, budgets, pods that do not come, and the way back, on a real node. */
const at = bench();

describe("the API server and the person before the terminal", () => {
  it("the API server is gone for 20 s in the middle", async () => {
    await at.runs();
    const wanted = await at.push("1.0.0", "two");
    const { gate, shell } = await at.through({
      after: onFirst(() => {
        gate.shut(true);
        setTimeout(() => gate.shut(false), 20_000);
        return Promise.resolve();
      }),
    });
    const answer = await at.repull(shell, "restart");
    at.told("the API server is gone for 20 s", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 2))).toEqual([wanted, wanted]);
    expect(
      writesIn(at.cluster, at.namespace).filter(({ body }) => JSON.stringify(body).includes('"template"')),
    ).toHaveLength(1);
  });

  it("Ctrl-C: what has been begun goes on, and is said", async () => {
    // A rollout that takes longer than finding its first write in the audit log.
    await at.runs({ workload: { minReadySeconds: 6 } });
    const wanted = await at.push("1.0.0", "two");
    const running = at.begin(at.shell, "restart");
    await until("its first write", () => (writesIn(at.cluster, at.namespace).length > 0 ? true : null));
    running.child.kill("SIGINT");
    const answer = await running.answer;
    at.told("Ctrl-C", answer);
    expect(answer.code).toBe(1);
    expect(["Executing", "Verifying"]).toContain(answer.json?.phase);
    await until("the rollout", async () => {
      const pods = await podsNamed(at.cluster, at.namespace, at.set.name);
      return pods.length === 2 && digestsOf(pods).every((digest) => digest === wanted) ? true : null;
    });
  });

  it("who may only read is told which right is missing, and nothing is written", async () => {
    await at.runs();
    await at.push("1.0.0", "two");
    const reader = openShell(at.cluster, null, at.cluster.contexts.reader);
    const answer = await at.repull(reader, "restart");
    const words = at.told("who may only read asks", answer);
    expect(answer.json?.phase).toBe("Refused");
    expect(words).toContain("patch deployments");
    expect(words).toContain("kubectl");
    expect(digestsOf(await podsNamed(at.cluster, at.namespace, at.set.name))).toEqual([at.set.digest, at.set.digest]);
  });
});

describe("pods that stay, and pods that do not come", () => {
  it("a StatefulSet whose pods never started", async () => {
    const name = at.name();
    const repository = `${at.namespace}/${name}`;
    const image = `${nodeOf(at.cluster).registries.open}/${repository}`;
    const digest = await pushTag(at.cluster, repository, "1.0.0", `${at.namespace} one`);
    await apply(at.cluster, at.namespace, [
      manifestOf({ kind: "StatefulSet", name, image: `${image}:1.0.1`, policy: "Always" }),
    ]);
    await until("the pod that cannot pull", async () => {
      const [pod] = await podsNamed(at.cluster, at.namespace, name);
      return pod?.status.containerStatuses?.[0]?.state.waiting?.reason === "ImagePullBackOff" ? true : null;
    });
    at.take({ name, repository, image, digest, target: `statefulset/${name}` });
    const answer = await at.repull(at.shell, "set-image", "--tag", "1.0.0");
    at.told("a StatefulSet stuck on a pod that never started", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, name, 2))).toEqual([digest, digest]);
  });

  const budget = (minAvailable: number) => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "keep" },
    spec: { minAvailable, selector: { matchLabels: { app: at.set.name } } },
  });
  const budgetIsCounted = (healthy: string): Promise<true> =>
    until("the budget", async () => {
      const path = "jsonpath={.status.currentHealthy}";
      return (await kubectl(at.cluster, ["-n", at.namespace, "get", "pdb", "keep", "-o", path])) === healthy
        ? true
        : null;
    });

  it("a budget lets one go at a time: it holds all along", async () => {
    // Of three ready pods two would go at once: one is to stay whatever any budget says.
    await at.runs({ replicas: 3 });
    const wanted = await at.push("1.0.0", "two");
    await apply(at.cluster, at.namespace, [budget(2)]);
    await budgetIsCounted("3");
    const answer = await at.repull(at.shell, "delete-pods");
    at.told("a budget lets one pod go at a time", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 3))).toEqual([wanted, wanted, wanted]);
    const evictions = writesIn(at.cluster, at.namespace).filter(({ path }) => path.endsWith("/eviction"));
    expect(evictions.filter(({ code }) => code < 300)).toHaveLength(3);
    expect(evictions.some(({ code }) => code === 429)).toBe(true);
  });

  it("a budget lets none go: nothing is evicted, and it is named", async () => {
    await at.runs();
    await at.push("1.0.0", "two");
    await apply(at.cluster, at.namespace, [budget(2)]);
    await budgetIsCounted("2");
    const asked = await at.repull(at.shell, "delete-pods");
    expect(at.told("a budget lets no pod go", asked)).toContain("keep");
    expect(asked.json?.phase).toBe("Refused");
    expect(writesIn(at.cluster, at.namespace)).toEqual([]);
    const answer = await at.repull(at.shell, "delete-pods", "--allow-unproven", "--timeout", "12s");
    const words = at.told("a budget lets no pod go, run all the same", answer);
    expect(answer.json?.phase).toBe("Failed");
    expect(words).toContain("keep");
    expect(digestsOf(await podsNamed(at.cluster, at.namespace, at.set.name))).toEqual([at.set.digest, at.set.digest]);
  });

  it("a budget holds a bare pod too: it is not deleted past it", async () => {
    await at.runs({ kind: "Pod" });
    const wanted = await at.push("1.0.0", "two");
    await apply(at.cluster, at.namespace, [budget(1)]);
    await budgetIsCounted("1");
    const answer = await at.repull(at.shell, "delete-pods", "--allow-unproven", "--timeout", "12s");
    const words = at.told("a budget lets a bare pod not go, run all the same", answer);
    expect(answer.json?.phase).toBe("Failed");
    expect(words).toContain("disruption budget");
    expect(digestsOf(await podsNamed(at.cluster, at.namespace, at.set.name))).toEqual([at.set.digest]);
    expect(await kubectl(at.cluster, ["-n", at.namespace, "get", "secrets", "-o", "name"])).toBe("");
    await kubectl(at.cluster, ["-n", at.namespace, "delete", "pdb", "keep"]);
    expect((await at.repull(at.shell, "delete-pods")).json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 1))).toEqual([wanted]);
    const done = writesIn(at.cluster, at.namespace).filter(({ code, path }) => code < 300 && path.includes("/pods/"));
    expect(done.filter(({ path }) => path.endsWith("/eviction"))).toHaveLength(1);
    expect(done.filter(({ verb }) => verb === "delete")).toEqual([]);
  });

  it("a replacement fails to pull: no more pods are evicted", async () => {
    const node = nodeOf(at.cluster);
    const name = at.name();
    const repository = `${at.namespace}/${name}`;
    const serve = (behaviour: "good" | "server-error") =>
      tell(node, [{ name: repository, behaviour, tags: { "1.0.0": "app" } }]);
    await serve("good");
    const image = `${node.registries.misbehaving}/${repository}`;
    const made: Made = { kind: "Deployment", name, image: `${image}:1.0.0`, policy: "Always", replicas: 7 };
    await apply(at.cluster, at.namespace, [manifestOf(made)]);
    const before = await ready(at.cluster, at.namespace, name, 7);
    at.take({ name, repository, image, digest: digestsOf(before)[0] ?? "", target: `deployment/${name}` });
    const { shell } = await at.through({ before: onFirst(() => serve("server-error")) });
    const answer = await at.repull(shell, "delete-pods");
    const words = at.told("a replacement fails to pull", answer);
    expect(answer.json?.phase).toBe("Failed");
    expect(words).toMatch(/registry-server-error|server error|50\d/u);
    const uids = new Set(before.map(({ metadata }: Pod) => metadata.uid));
    const left = (await podsNamed(at.cluster, at.namespace, name)).filter(({ metadata }) => uids.has(metadata.uid));
    expect(left).toHaveLength(2);
  });
});

describe("the way back", () => {
  it("undo pins what ran before, and says when it cannot", async () => {
    await at.runs();
    const wanted = await at.push("2.0.0", "two");
    const shell = at.shell;
    expect((await at.repull(shell, "set-image", "--tag", "2.0.0")).json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 2))).toEqual([wanted, wanted]);
    const back = await shell.repull("undo", at.set.target, "-n", at.namespace, "--yes");
    at.told("undo", back);
    expect(back.json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 2))).toEqual([at.set.digest, at.set.digest]);
    await kubectl(at.cluster, ["-n", at.namespace, "set", "image", at.set.target, `app=${at.set.image}:2.0.0`]);
    const stale = await shell.repull("undo", at.set.target, "-n", at.namespace, "--yes");
    at.told("undo after somebody else's change", stale);
    expect(stale.code).not.toBe(0);
  });
});
