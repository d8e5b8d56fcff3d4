import { describe, expect, it } from "vitest";
import { kubectl } from "../runner.ts";
import { until } from "../stage.ts";
import { writesIn } from "./audit.ts";
import { bench, onFirst, short } from "./bench.ts";
import { apply, digestsOf, manifestOf, podsNamed, ready, renameOnNode } from "./workloads.ts";

/** What goes wrong while a re-pull runs, on a real node: each is seen, and named. */
const at = bench();

describe("what runs afterwards is not what was promised", () => {
  it("the rollout is complete, and one pod keeps the old digest", async () => {
    await at.runs({ policy: "IfNotPresent", workload: { minReadySeconds: 4 } });
    const wanted = await at.push("2.0.0", "two");
    const running = at.begin(at.shell, "set-image", "--tag", "2.0.0");
    await until("the first new pod", async () =>
      digestsOf(await podsNamed(at.cluster, at.namespace, at.set.name)).includes(wanted) ? true : null,
    );
    await renameOnNode(at.cluster, `${at.set.image}:1.0.0`, `${at.set.image}:2.0.0`);
    const answer = await running.answer;
    const words = at.told("one pod keeps the old digest", answer);
    const complete = await kubectl(at.cluster, [
      "-n",
      at.namespace,
      "rollout",
      "status",
      at.set.target,
      "--timeout=60s",
    ]);
    expect(complete).toContain("successfully rolled out");
    expect(digestsOf(await podsNamed(at.cluster, at.namespace, at.set.name)).toSorted()).toEqual(
      [at.set.digest, wanted].toSorted(),
    );
    expect(answer.json?.phase).toBe("Failed");
    expect(answer.code).toBe(1);
    expect(answer.json?.verification?.running.map(({ is }) => is).toSorted()).toEqual(["other", "promised"]);
    expect(words).toContain(short(at.set.digest));
  });

  it("the tag moves a third time between pre-flight and pull: all three digests are named", async () => {
    await at.runs();
    const promised = await at.push("1.0.0", "two");
    let third = "";
    const { shell } = await at.through({
      before: async ({ number }) => {
        if (number === 1) third = await at.push("1.0.0", "three");
      },
    });
    const answer = await at.repull(shell, "restart");
    const words = at.told("the tag moves a third time", answer);
    expect(answer.json?.phase).toBe("Failed");
    for (const digest of [at.set.digest, promised, third]) expect(words).toContain(short(digest));
  });

  it("the node holds the name: it is never pulled", async () => {
    await at.runs({ policy: "IfNotPresent" });
    await at.push("2.0.0", "cached");
    await apply(at.cluster, at.namespace, [
      manifestOf({ kind: "Pod", name: "holder", image: `${at.set.image}:2.0.0`, policy: "Always" }),
    ]);
    await ready(at.cluster, at.namespace, "holder", 1);
    // A node tells of its images every ten seconds.
    await until("the image in the node's list", async () =>
      (await kubectl(at.cluster, ["get", "nodes", "-o", "jsonpath={.items[*].status.images[*].names}"])).includes(
        `${at.set.image}:2.0.0`,
      )
        ? true
        : null,
    );
    await at.push("2.0.0", "newer");
    const answer = await at.repull(at.shell, "set-image", "--tag", "2.0.0");
    at.told("the node holds the name, asked for plainly", answer);
    expect(answer.json?.phase).toBe("Refused");
    expect(answer.json?.preflight.answer).toBe("impossible");
    const anyway = await at.repull(at.shell, "set-image", "--tag", "2.0.0", "--allow-unproven");
    const words = at.told("the node holds the name, and no proof is asked for", anyway);
    expect(anyway.json?.phase).toBe("Refused");
    expect(words).toContain(`${at.set.image}:2.0.0`);
    expect(writesIn(at.cluster, at.namespace)).toEqual([]);
  });

  it("the node gets the name between pre-flight and pull: it is never pulled", async () => {
    await at.runs({ policy: "IfNotPresent" });
    const promised = await at.push("2.0.0", "newer");
    const { shell } = await at.through({
      before: async ({ number }) => {
        if (number === 1) await renameOnNode(at.cluster, `${at.set.image}:1.0.0`, `${at.set.image}:2.0.0`);
      },
    });
    const answer = await at.repull(shell, "set-image", "--tag", "2.0.0");
    const words = at.told("the node gets the name between pre-flight and pull", answer);
    expect(answer.json?.phase).toBe("Failed");
    for (const digest of [at.set.digest, promised]) expect(words).toContain(short(digest));
  });
});

describe("somebody else acts half-way", () => {
  it("the workload is deleted", async () => {
    await at.runs();
    await at.push("1.0.0", "two");
    const { shell } = await at.through({
      after: onFirst(() => kubectl(at.cluster, ["-n", at.namespace, "delete", at.set.target])),
    });
    const answer = await at.repull(shell, "restart");
    expect(at.told("the workload is deleted half-way", answer)).toMatch(/deleted|does not exist|is gone/u);
    expect(answer.json?.phase).toBe("Failed");
  });

  it("another image is set", async () => {
    await at.runs();
    await at.push("2.0.0", "two");
    await at.push("3.0.0", "three");
    const { shell } = await at.through({
      after: onFirst(() =>
        kubectl(at.cluster, ["-n", at.namespace, "set", "image", at.set.target, `app=${at.set.image}:3.0.0`]),
      ),
    });
    const answer = await at.repull(shell, "set-image", "--tag", "2.0.0");
    const words = at.told("somebody sets another image half-way", answer);
    expect(answer.json?.phase).toBe("Failed");
    expect(words).toContain(`${at.set.image}:3.0.0`);
    expect(words).toContain("kubectl-set");
  });

  it("an operator takes a restart back", async () => {
    await at.runs({ workload: { minReadySeconds: 3 }, replicas: 3 });
    await at.push("1.0.0", "two");
    const back = [{ op: "remove", path: "/spec/template/metadata/annotations" }];
    const { shell } = await at.through({
      after: onFirst(async () => {
        await until("the first new pod", async () =>
          (await podsNamed(at.cluster, at.namespace, at.set.name)).length > 3 ? true : null,
        );
        const by = ["--field-manager", "shop-operator", "--type", "json", "-p", JSON.stringify(back)];
        await kubectl(at.cluster, ["-n", at.namespace, "patch", at.set.target, ...by]);
      }),
    });
    const answer = await at.repull(shell, "restart");
    // Whoever only takes something out owns nothing, and nobody else is blamed for it.
    expect(at.told("an operator takes the restart back", answer)).toContain(
      "was taken back, and its managed fields do not tell by whom",
    );
    expect(answer.json?.phase).toBe("Failed");
    const pods = await ready(at.cluster, at.namespace, at.set.name, 3);
    expect(digestsOf(pods)).toContain(at.set.digest);
  });

  it("another re-pull is asked for while one runs", async () => {
    await at.runs({ workload: { minReadySeconds: 6 } });
    const wanted = await at.push("2.0.0", "two");
    const first = at.begin(at.shell, "set-image", "--tag", "2.0.0");
    await until("its first write", () => (writesIn(at.cluster, at.namespace).length > 0 ? true : null));
    const other = await at.repull(at.shell, "pin-digest");
    expect(at.told("another re-pull is asked for meanwhile", other)).toContain("set-image");
    expect(other.json?.phase).toBe("Refused");
    const same = await at.repull(at.shell, "set-image", "--tag", "2.0.0");
    at.told("the same is asked for meanwhile", same);
    expect(same.json?.phase).toBe("Succeeded");
    expect((await first.answer).json?.phase).toBe("Succeeded");
    expect(digestsOf(await ready(at.cluster, at.namespace, at.set.name, 2))).toEqual([wanted, wanted]);
    const template = writesIn(at.cluster, at.namespace).filter(({ body }) =>
      JSON.stringify(body).includes('"template"'),
    );
    expect(template).toHaveLength(1);
  });
});
