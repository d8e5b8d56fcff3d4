import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../support/fake-api.ts";
import { event, image, pod, shop } from "../support/kube-objects.ts";
import { type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "checkout-7d4f9c-x2k8p";

describe("pulls of other pods on the node", () => {
  const other = (name: string, waiting: string): KubeObject => pod(name, { namespace: "billing", waiting });
  const at = (lastTimestamp: string, count = 1): object => ({ lastTimestamp: `2026-11-24T${lastTimestamp}Z`, count });
  it.each<[string, (one: KubeObject, two: KubeObject) => KubeObject[], string, [string, boolean][]]>([
    ["one that has begun", (one) => [event(one, "Pulling", at("10:25:00"))], "ContainerCreating", [["one", false]]],
    [
      "one that has ended",
      (one) => [event(one, "Pulling", at("10:25:00")), event(one, "Pulled", at("10:25:30"))],
      "ContainerCreating",
      [],
    ],
    [
      "one that has failed in the same second",
      (one) => [event(one, "Pulling", at("10:25:00")), event(one, "Failed", at("10:25:00"))],
      "ErrImagePull",
      [],
    ],
    [
      "one that is tried again",
      (one) => [event(one, "Pulling", at("10:25:00", 2)), event(one, "Failed", at("10:20:00"))],
      "ImagePullBackOff",
      [["one", false]],
    ],
    [
      "one whose events the kubelet drops by now",
      (one) => [event(one, "Pulling", at("10:25:00", 12)), event(one, "Failed", at("10:20:00", 11))],
      "ImagePullBackOff",
      [],
    ],
    [
      "one that a later pull has overtaken",
      (one, two) => [
        event(one, "Pulling", at("10:25:00")),
        event(two, "Pulling", at("10:26:00")),
        event(two, "Pulled", at("10:27:00")),
      ],
      "ContainerCreating",
      [["one", true]],
    ],
    [
      "one on another node",
      (one) => [event(one, "Pulling", { ...at("10:25:00"), source: { component: "kubelet", host: "node-2" } })],
      "ContainerCreating",
      [],
    ],
  ])("%s", async (_what, events, reason, expected) => {
    const [one, two] = [other("one", reason), pod("two", { namespace: "billing" })];
    const { otherPulls } = await asking.evidenceOf(`shop/${failing}`, {
      objects: [...shop(), one, two, ...events(one, two)],
    });
    expect(otherPulls.status === "ok" && otherPulls.value.map(({ pod: name, overtaken }) => [name, overtaken])).toEqual(
      expected,
    );
    if (otherPulls.status === "ok" && otherPulls.value[0] !== undefined)
      expect(otherPulls.value[0]).toMatchObject({
        namespace: "billing",
        container: "app",
        image,
        since: "2026-11-24T10:25:00Z",
      });
  });
});
