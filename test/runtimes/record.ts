// Makes pulls fail in every way that can be made here, by real runtimes, and writes down what each says: record.ts [RUNTIME-VERSION…]
// The runtimes live in mount, network and process namespaces of their own, where well-known registries are ours; that takes root on Linux.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { account } from "../cluster/registries/places.ts";
import { allCases, type PullCase, type Setting } from "./cases.ts";
import { Containerd } from "./engines/containerd.ts";
import { ContainersImage } from "./engines/containers-image.ts";
import { Docker } from "./engines/docker.ts";
import type { Engine, Said } from "./engines/engine.ts";
import { scrub, template } from "./scrub.ts";
import { hosts } from "./hosts.ts";
import { makeWorld, type World } from "./world.ts";

const recordings = join(import.meta.dirname, "../diagnosis/messages/recordings");
const script = (path: string, ...parts: string[]): string =>
  execFileSync("bash", [join(import.meta.dirname, path), ...parts], { encoding: "utf8" })
    .trim()
    .split("\n")
    .at(-1) ?? "";

interface Programs {
  readonly ask: string;
  readonly containerd: Readonly<Record<string, string>>;
  readonly docker: string;
  readonly podman: string;
  readonly conmon: string;
}

const firstVersion = (text: string): string => /\d+\.\d+\.\d+/.exec(text)?.[0] ?? "unknown";
const versionOf = (program: string): string => firstVersion(execFileSync(program, ["--version"], { encoding: "utf8" }));

const settings: readonly Setting[] = [
  "plain",
  "impatient",
  "small-disk",
  "read-only",
  "no-access",
  "proxy-closed",
  "proxy-unknown",
];
const absentSandboxes = [`${hosts.unknown}/pause:3.9`, `${hosts.good}/pause:3.9`, `${hosts.closed}/pause:3.9`];

/** Builds what is needed, while there is still a network, and goes on within. */
function outside(wanted: readonly string[]): void {
  const programs: Programs = {
    ask: join(script("../cluster/build.sh"), "cri-pull"),
    containerd: {
      ...Object.fromEntries(
        ["1.7.35", "2.1.9", "2.4.2"].map((version) => [version, script("build.sh", "containerd", version)]),
      ),
      [versionOf("/usr/bin/containerd")]: "/usr/bin",
    },
    docker: join(script("build.sh", "debian", "docker.io"), "usr/sbin/dockerd"),
    podman: join(script("build.sh", "debian", "podman"), "usr/bin/podman"),
    conmon: join(script("build.sh", "debian", "conmon"), "usr/bin/conmon"),
  };
  const folder = mkdtempSync(join(tmpdir(), "imagepull-runtimes-"));
  const namespaces = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "--propagation",
    "private",
  ];
  const { status } = spawnSync(
    "unshare",
    [...namespaces, process.execPath, import.meta.filename, "--inside", folder, JSON.stringify(programs), ...wanted],
    { stdio: "inherit" },
  );
  execFileSync(join(import.meta.dirname, "../../node_modules/.bin/oxfmt"), [recordings]);
  if (status === 0) rmSync(folder, { recursive: true, force: true });
  else console.error(`What was left behind is in ${folder}.`);
  process.exitCode = status ?? 1;
}

async function inside(folder: string, programs: Programs, wanted: readonly string[]): Promise<void> {
  const world = await makeWorld(folder);
  const { cases, repositories } = allCases();
  for (const repository of repositories) world.registry.put(repository);
  for (const [name, kind] of [
    ["runs", "app"],
    ["pause", "app"],
    ["foreign", "other-platform-without-index"],
    ["script", "not-a-program"],
  ] as const)
    world.registry.put({ name: `shop/${name}`, behaviour: "good", tags: { "2.4.1": kind } });
  for (const engine of engines(programs, world)) {
    const name = `${engine.runtime}-${engine.version}`;
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await record(world, name, engine, cases);
  }
  process.exit(0);
}

function engines({ ask, containerd, docker, podman, conmon }: Programs, world: World): Engine[] {
  return [
    ...Object.entries(containerd).map(([version, bin]) => new Containerd(version, bin, ask, world)),
    new Docker(versionOf(docker), docker, world),
    new ContainersImage("podman", versionOf(podman), podman, world, conmon),
    new ContainersImage("skopeo", versionOf("skopeo"), "skopeo", world),
  ];
}

async function record(world: World, name: string, engine: Engine, cases: readonly PullCase[]): Promise<void> {
  const began = Date.now();
  const mine = cases.filter(({ only }) => only === undefined || only.includes(engine.family));
  const said = new Map<string, Said>();
  await control(name, engine);
  for (const setting of settings) {
    const chosen = mine.filter((one) => one.setting === setting);
    if (chosen.length === 0) continue;
    try {
      for (const one of await engine.pull(setting, chosen)) said.set(one.id, one);
    } catch (error) {
      console.error(`${name}: ${setting}: ${String(error)}`);
    }
  }
  const recorded = distinct(
    mine.flatMap((one) => {
      const { text = null, late = false } = said.get(one.id) ?? {};
      // Who gave up has made a deadline of it as well.
      const also = [...new Set([...one.also, ...(late ? (["pull-deadline"] as const) : [])])].filter(
        (cause) => cause !== one.cause,
      );
      return text === null
        ? []
        : [
            {
              id: one.id,
              cause: one.cause,
              ...(also.length > 0 && { also }),
              image: template(one),
              text: scrub(text, one, [...engine.folders, [world.folder, "/etc/containers"]]),
            },
          ];
    }),
  );
  if (engine instanceof Containerd) recorded.push(...(await sandboxes(world, engine)));
  const others = (await engine.others()).flatMap(({ kind, id, text }) =>
    text === null
      ? []
      : [
          {
            id,
            kind,
            text: scrub(text, { image: "", anyHost: false, anyName: false }, [
              ...engine.folders,
              [world.folder, "/etc/containers"],
            ]),
          },
        ],
  );
  const file = join(recordings, `${name}.json`);
  mkdirSync(join(file, ".."), { recursive: true });
  const whole = `${JSON.stringify({ runtime: engine.runtime, version: engine.version, recordedAt: new Date().toISOString(), cases: recorded, others }, null, 2)}\n`;
  if (whole.includes(account.password)) throw new Error(`${name}: a password stands in what was recorded`);
  if (whole.includes(world.folder)) throw new Error(`${name}: a folder of this machine stands in what was recorded`);
  writeFileSync(file, whole);
  console.log(
    `${name}: ${recorded.length} of ${mine.length} pulls failed with a word, ${others.length} other failures, ${((Date.now() - began) / 1000).toFixed(0)} s`,
  );
}

/** A pull that has to go well: a runtime that cannot pull at all would say the same of everything. */
async function control(name: string, engine: Engine): Promise<void> {
  const sound: PullCase = {
    id: "control",
    cause: "healthy",
    also: [],
    image: `${hosts.good}/shop/runs:2.4.1`,
    credentials: "none",
    setting: "plain",
    anyHost: true,
    anyName: true,
    seconds: 60,
  };
  const [said] = await engine.pull("plain", [sound]);
  if (said?.text !== null) throw new Error(`${name} does not pull at all: ${said?.text ?? "no answer"}`);
}

/** What the same cause says twice in the same words counts once. */
const distinct = <T extends { cause: string; image: string; text: string }>(items: readonly T[]): T[] =>
  [
    ...new Map(items.toReversed().map((item) => [`${item.cause} ${item.image} ${item.text}`, item])).values(),
  ].toReversed();

async function sandboxes(world: World, engine: Containerd) {
  return (await engine.sandboxes(absentSandboxes)).flatMap(({ id, text }: Said, at) => {
    const one = { image: absentSandboxes[at] ?? "", anyHost: true, anyName: true };
    return text === null
      ? []
      : [
          {
            id,
            cause: "sandbox-image" as const,
            image: template(one),
            text: scrub(text, one, [...engine.folders, [world.folder, "/etc/containers"]]),
          },
        ];
  });
}

if (process.argv[2] !== "--inside") outside(process.argv.slice(2));
else await inside(process.argv[3] ?? "", JSON.parse(process.argv[4] ?? "{}") as Programs, process.argv.slice(5));
