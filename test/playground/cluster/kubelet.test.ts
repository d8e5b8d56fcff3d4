import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EventRecorder } from "../../../src/playground/cluster/event-recorder.ts";
import { Kubelet } from "../../../src/playground/cluster/kubelet.ts";
import { resourceOf } from "../../../src/playground/cluster/resources.ts";
import { type KubeObject, Store } from "../../../src/playground/cluster/store.ts";
import { Voice } from "../../../src/playground/cluster/voice.ts";
import { pullSecret } from "../../../src/playground/cluster/secrets.ts";
import { dialects } from "../../../src/playground/registries/dialect.ts";
import { type Registry, startRegistry } from "../../../src/playground/registries/registry.ts";
import { recording } from "../stage.ts";

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const events = resourceOf({ apiVersion: "v1", kind: "Event" });
const somebody = { manager: "somebody" };
const start = Date.parse("2026-11-24T10:00:00Z");
const after = (seconds: number): Date => new Date(start + seconds * 1000);

describe("the simulated kubelet", () => {
  let registry: Registry;
  let silent: Registry;
  let store: Store;
  let recorder: EventRecorder;
  let kubelet: Kubelet;
  beforeAll(async () => {
    const options = { dialect: dialects.basic, open: [], clock: () => after(0) };
    registry = await startRegistry({
      ...options,
      host: "reg.example",
      accounts: [{ user: "bot", password: "right", repositories: ["*"] }],
    });
    registry.push("team/app", "1.0", { kind: "image", architectures: ["amd64"] }, after(-60));
    registry.push(
      "team/app",
      "crash",
      { kind: "image", architectures: ["amd64"], entrypoint: ["/bin/false"] },
      after(-60),
    );
    registry.push("team/app", "chart", { kind: "chart" }, after(-60));
    silent = await startRegistry({ ...options, host: "mute.example", accounts: [], open: ["*"], silentLayers: true });
    silent.push("team/app", "1.0", { kind: "image", architectures: ["amd64"] }, after(-60));
  });
  afterAll(() => silent.stop());
  afterAll(() => registry.stop());
  beforeEach(() => {
    let uids = 0;
    store = new Store(() => `uid-${(uids += 1)}`);
    recorder = new EventRecorder(store);
    kubelet = new Kubelet({
      store,
      recorder,
      voice: new Voice(recording),
      nodeName: "worker",
      address: "10.0.0.1",
      architecture: "amd64",
      resolve: (host) => [registry, silent].find((one) => one.host === host)?.origin,
      silence: (host) => (host === "mute.example" ? silent.nextSilence() : new Promise(() => undefined)),
      fetch,
      jitter: () => 0,
      id: () => "c0ffee",
    });
    store.put(pullSecret("shop", "good", "reg.example", "bot", "right"), after(-60), somebody);
  });

  const admit = (image: string, secrets: readonly string[], imagePullPolicy = "IfNotPresent"): void => {
    const spec = {
      containers: [{ name: "app", image, imagePullPolicy }],
      imagePullSecrets: secrets.map((name) => ({ name })),
    };
    const name = `web-${store.list(pods).length}`;
    kubelet.admit(
      store.put({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "shop" }, spec }, after(0), somebody),
      after(0),
    );
  };
  const told = (): string[] =>
    store
      .list(events)
      .map((event) => `${String(event["reason"])} ×${String(event["count"])}: ${String(event["message"])}`);
  const state = (name = "web-0"): unknown => {
    const status = store.get(pods, "shop", name)?.["status"] as { containerStatuses: { state: unknown }[] } | undefined;
    return status?.containerStatuses[0]?.state;
  };

  it("runs what it could pull, and says the runtime's own digest", async () => {
    admit("reg.example/team/app:1.0", ["good"]);
    await kubelet.advance(after(0));
    expect(store.get(pods, "shop", "web-0")?.["status"]).toMatchObject({
      containerStatuses: [
        { ready: true, imageID: expect.stringMatching(/^reg\.example\/team\/app@sha256:[0-9a-f]{64}$/) as string },
      ],
    });
    expect(told().map((line) => line.replace(/\d+ms, \d+/, "N"))).toEqual([
      "Scheduled ×1: web-0 to worker",
      "Pulling ×1: pulling reg.example/team/app:1.0",
      "Pulled ×1: pulled in N bytes reg.example/team/app:1.0",
      "Started ×1: started app",
    ]);
  });

  it("takes an image that is on the node without asking the registry, unless the policy is Always", async () => {
    admit("reg.example/team/app:1.0", ["good"]);
    await kubelet.advance(after(0));
    const before = registry.requests.length;
    admit("reg.example/team/app:1.0", []);
    await kubelet.advance(after(1));
    expect({
      asked: registry.requests.length - before,
      told: told()
        .filter((line) => line.startsWith("Pulled"))
        .at(-1),
    }).toEqual({
      asked: 0,
      told: "Pulled ×1: present reg.example/team/app:1.0",
    });
    admit("reg.example/team/app:1.0", [], "Always");
    await kubelet.advance(after(2));
    expect(state("web-2")).toEqual({
      waiting: { reason: "ErrImagePull", message: "words of basic-unauthorized from reg.example" },
    });
  });

  it("tries again after 10, 20, 40 … seconds, backs off in between, and counts what it repeats", async () => {
    admit("reg.example/team/app:9.9", ["good"]);
    await kubelet.advance(after(0));
    expect(state()).toEqual({
      waiting: { reason: "ErrImagePull", message: "words of image-not-found from reg.example" },
    });
    await kubelet.advance(after(25));
    expect(state()).toEqual({
      waiting: { reason: "ImagePullBackOff", message: "backing off: words of image-not-found from reg.example" },
    });
    await kubelet.advance(after(160));
    // A look each 10 s up to 160 s: tries at 0, 10, 30, 70 and 150, the other twelve in the back-off.
    expect(told()).toEqual([
      "Scheduled ×1: web-0 to worker",
      "Pulling ×5: pulling reg.example/team/app:9.9",
      "Failed ×5: failed reg.example/team/app:9.9: words of image-not-found from reg.example",
      "Failed ×5: Error: ErrImagePull",
      "BackOff ×12: backing off reg.example/team/app:9.9",
      "Failed ×12: Error: ImagePullBackOff",
    ]);
  });

  it.each([
    ["a secret of another host", pullSecret("shop", "used", "ghcr.io", "bot", "right"), "basic-unauthorized"],
    ["a wrong password", pullSecret("shop", "used", "reg.example", "bot", "wrong"), "basic-unauthorized"],
  ])("with %s it fails as the registry answers", async (_what, secret: KubeObject, scenario) => {
    store.put(secret, after(-60), somebody);
    admit("reg.example/team/app:1.0", ["used"]);
    await kubelet.advance(after(0));
    expect(state()).toEqual({ waiting: { reason: "ErrImagePull", message: `words of ${scenario} from reg.example` } });
  });

  it("says at every look that a pull secret is missing, and pulls without it", async () => {
    admit("reg.example/team/app:1.0", ["gone"]);
    await kubelet.advance(after(20));
    expect(told()).toContain("FailedToRetrieveImagePullSecret ×3: no gone");
    expect(told()).toContain("Pulling ×2: pulling reg.example/team/app:1.0");
  });

  it("pulls once the secret has been repaired", async () => {
    admit("reg.example/team/app:1.0", ["late"]);
    await kubelet.advance(after(5));
    store.put(pullSecret("shop", "late", "reg.example", "bot", "right"), after(6), somebody);
    await kubelet.advance(after(10));
    expect(state()).toEqual({ running: { startedAt: "2026-11-24T10:00:10Z" } });
  });

  it("starts a container that ends again and again, with a back-off, from the image that it has", async () => {
    admit("reg.example/team/app:crash", ["good"]);
    await kubelet.advance(after(0));
    const before = registry.requests.length;
    await kubelet.advance(after(40));
    expect(store.get(pods, "shop", "web-0")?.["status"]).toMatchObject({
      containerStatuses: [
        {
          restartCount: 2,
          imageID: expect.stringContaining("reg.example/team/app@sha256:") as string,
          lastState: { terminated: { exitCode: 1 } },
          state: { waiting: { reason: "CrashLoopBackOff" } },
        },
      ],
    });
    expect(told().map((line) => line.replace(/\d+ms, \d+/, "N"))).toEqual([
      "Scheduled ×1: web-0 to worker",
      "Pulling ×1: pulling reg.example/team/app:crash",
      "Pulled ×1: pulled in N bytes reg.example/team/app:crash",
      "Started ×3: started app",
      "Pulled ×2: present reg.example/team/app:crash",
      "BackOff ×2: restarting web-0",
    ]);
    expect(registry.requests.length).toBe(before);
  });

  it("pulls a chart, cannot unpack it, and then can make no container of it", async () => {
    admit("reg.example/team/app:chart", ["good"]);
    await kubelet.advance(after(0));
    expect(state()).toMatchObject({ waiting: { reason: "ErrImagePull" } });
    await kubelet.advance(after(10));
    expect(state()).toMatchObject({ waiting: { reason: "CreateContainerError" } });
  });

  it("one pull that hangs is told by nothing but its beginning, and holds up the next", async () => {
    admit("mute.example/team/app:1.0", []);
    admit("reg.example/team/app:1.0", ["good"]);
    await kubelet.advance(after(0));
    expect([state("web-0"), state("web-1")]).toEqual([
      { waiting: { reason: "ContainerCreating" } },
      { waiting: { reason: "ContainerCreating" } },
    ]);
    expect(told().filter((line) => !line.startsWith("Scheduled"))).toEqual([
      "Pulling ×1: pulling mute.example/team/app:1.0",
      "Pulling ×1: pulling reg.example/team/app:1.0",
    ]);
    expect(kubelet.nextAt).toBeUndefined();
  });

  it.each([
    ["a name that is none", "reg.example/Team/App:1.0", "IfNotPresent", "invalid-reference"],
    ["an image that may never be pulled", "reg.example/team/app:1.0", "Never", "never-policy"],
  ])("asks nobody for %s", async (_what, image, policy, scenario) => {
    const before = registry.requests.length;
    admit(image, [], policy);
    await kubelet.advance(after(0));
    expect(state()).toEqual({ waiting: { reason: scenario, message: `words of ${scenario} for ${image}` } });
    expect(registry.requests.length).toBe(before);
  });

  it("forgets a pod that was deleted", async () => {
    admit("reg.example/team/app:9.9", ["good"]);
    await kubelet.advance(after(0));
    const pod = store.get(pods, "shop", "web-0");
    if (pod !== undefined) store.delete(pod);
    await kubelet.advance(after(10));
    expect(kubelet.nextAt).toBeUndefined();
  });

  it("lets events go after an hour, as the API server does", async () => {
    admit("reg.example/team/app:1.0", ["good"]);
    await kubelet.advance(after(0));
    recorder.expire(after(3600));
    const kept = told().length;
    recorder.expire(after(3601));
    expect([kept, told().length]).toEqual([4, 0]);
  });
});
