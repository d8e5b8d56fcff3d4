import { describe, expect, it } from "vitest";
import type { Pod } from "../kubernetes.ts";
import { kubectl } from "../runner.ts";
import { until } from "../stage.ts";
import { writesIn } from "./audit.ts";
import { bench } from "./bench.ts";
import { digestsOf, type Made, podsNamed, ready, uidsOf } from "./workloads.ts";

/** A rollout is stuck at a tag that does not exist, and the tag before it is set again: controllers keep the pods that have that template. */
const at = bench();

/** Milliseconds within which it is told: the deadline of a re-pull is ten minutes. */
const soon = 60_000;

const surging = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };

/** Sets a tag that nobody has pushed, and waits until a pod does not get it. The pods that went on meanwhile. */
async function stuck(): Promise<readonly Pod[]> {
  const image = `${at.set.image}:none`;
  await kubectl(at.cluster, ["-n", at.namespace, "set", "image", at.set.target, `app=${image}`]);
  await until("a pod that does not get its image", async () => {
    const pods = await podsNamed(at.cluster, at.namespace, at.set.name);
    const reasons = pods.flatMap(({ status }) => status.containerStatuses?.map(({ state }) => state?.waiting?.reason));
    return reasons.some((reason) => reason === "ErrImagePull" || reason === "ImagePullBackOff") ? true : null;
  });
  return (await podsNamed(at.cluster, at.namespace, at.set.name)).filter(({ status }) =>
    (status.containerStatuses ?? []).every((one) => one.ready),
  );
}

describe("back from a tag that does not exist", () => {
  it.each<[string, Partial<Made>, number, number]>([
    // of which kind                       what it is                                    pods, and how many of them stay
    ["a Deployment", { kind: "Deployment", replicas: 3 }, 3, 3],
    ["a Deployment whose nodes keep names", { kind: "Deployment", replicas: 3, policy: "IfNotPresent" }, 3, 3],
    ["a StatefulSet", { kind: "StatefulSet", replicas: 3 }, 3, 2],
    ["a DaemonSet that makes the new pod first", { kind: "DaemonSet", workload: { updateStrategy: surging } }, 1, 1],
  ])("%s: its pods stay, and that is a success at once", async (_, made, count, staying) => {
    await at.runs(made);
    const before = await stuck();
    expect(before).toHaveLength(staying);
    const began = Date.now();
    const answer = await at.repull(at.shell, "set-image", "--tag", "1.0.0");
    const words = at.told("back to what runs", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    expect(Date.now() - began).toBeLessThan(soon);
    expect(words).toContain("made from this template before");
    // What was shown beforehand: the pod that waits is all that is replaced.
    expect(words).toMatch(/runs? this already and stays?/u);
    expect(words).toMatch(/"restarts": \{[^}]*"count": 1,/u);
    const after = await ready(at.cluster, at.namespace, at.set.name, count);
    expect(uidsOf(after)).toEqual(expect.arrayContaining([...uidsOf(before)]));
    expect(digestsOf(after)).toEqual(Array.from({ length: count }, () => at.set.digest));
    expect(answer.json?.verification?.running.map(({ digest, is }) => [digest, is])).toEqual(
      Array.from({ length: count }, () => [at.set.digest, "promised"]),
    );
  });

  it("more than the image has changed: its pods are replaced after all, and that is a success too", async () => {
    await at.runs({ replicas: 3 });
    const before = await stuck();
    await kubectl(at.cluster, ["-n", at.namespace, "set", "env", at.set.target, "COLOUR=green"]);
    const answer = await at.repull(at.shell, "set-image", "--tag", "1.0.0");
    const words = at.told("back to another template with the same image", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    expect(words).toContain("unless something else in their template differs");
    expect(words).not.toContain("made from this template before");
    const after = await ready(at.cluster, at.namespace, at.set.name, 3);
    expect(digestsOf(after)).toEqual([at.set.digest, at.set.digest, at.set.digest]);
    expect(uidsOf(after).filter((uid) => uidsOf(before).includes(uid))).toEqual([]);
  });

  it("the tag has moved meanwhile: every pod is replaced, by a restart in the same patch", async () => {
    await at.runs({ replicas: 3 });
    const before = await stuck();
    const wanted = await at.push("1.0.0", "two");
    const answer = await at.repull(at.shell, "set-image", "--tag", "1.0.0");
    at.told("back to a tag that has moved", answer);
    expect(answer.json?.phase).toBe("Succeeded");
    const after = await ready(at.cluster, at.namespace, at.set.name, 3);
    expect(digestsOf(after)).toEqual([wanted, wanted, wanted]);
    const uids = uidsOf(after);
    expect(uidsOf(before).filter((uid) => uids.includes(uid))).toEqual([]);
    const [template, ...more] = writesIn(at.cluster, at.namespace).filter(({ body }) =>
      JSON.stringify(body).includes('"template"'),
    );
    expect(more).toEqual([]);
    expect(JSON.stringify(template?.body)).toContain("kubectl.kubernetes.io/restartedAt");
    expect(answer.json?.plan?.changes[0]?.words).toContain("restart it, in one patch");
  });

  it("the tag has moved meanwhile, and the node keeps the old one: it is refused, with a way out", async () => {
    await at.runs({ replicas: 3, policy: "IfNotPresent" });
    const before = await stuck();
    const wanted = await at.push("1.0.0", "two");
    const answer = await at.repull(at.shell, "set-image", "--tag", "1.0.0");
    at.told("back to a tag that has moved, and is not pulled", answer);
    expect(answer.json?.phase).toBe("Refused");
    expect(answer.json?.preflight.answer).toBe("impossible");
    expect(writesIn(at.cluster, at.namespace)).toEqual([]);
    const out = await at.repull(at.shell, "set-image", "--image", `${at.set.image}@${wanted}`);
    at.told("the way out: its digest", out);
    expect(out.json?.phase).toBe("Succeeded");
    const after = await ready(at.cluster, at.namespace, at.set.name, 3);
    expect(digestsOf(after)).toEqual([wanted, wanted, wanted]);
    expect(uidsOf(after).filter((uid) => uidsOf(before).includes(uid))).toEqual([]);
  });
});
