import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import { isExample } from "./split.ts";

/** What a real runtime said when a pull was made to fail, with placeholders (test/runtimes/record.ts). */
export interface RecordedPull {
  /** `containerd-2.4.2:bearer/none/https/tag`. */
  readonly id: string;
  readonly runtime: string;
  /** What was really made to happen. */
  readonly cause: CauseId;
  /** What the message may be taken for: its cause, other names of the same fault, and the causes of which this runtime says the very same. */
  readonly right: ReadonlySet<CauseId>;
  /** What may be called certain: all that is right, but of causes that share these words only the name that leaves them open. */
  readonly certain: ReadonlySet<CauseId>;
  readonly image: string;
  readonly text: string;
  readonly example: boolean;
}

/** What a real runtime said of something that is no pull. */
export interface RecordedOther {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
}

interface File {
  readonly runtime: string;
  readonly version: string;
  readonly cases: readonly { id: string; cause: CauseId; also?: readonly CauseId[]; image: string; text: string }[];
  readonly others: readonly RecordedOther[];
}

const folder = join(import.meta.dirname, "recordings");
const files = (): File[] =>
  readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as File);

const accounts: readonly CauseId[] = ["auth-missing", "auth-rejected"];

/** The causes that share their words, and the cause that means all of them. */
function together(causes: ReadonlySet<CauseId>): ReadonlySet<CauseId> {
  const open = causes.has("image-not-found") && accounts.some((cause) => causes.has(cause));
  return new Set([...causes, ...(open ? (["image-not-found-or-auth"] as const) : [])]);
}

/** What a message says, without names: two causes that differ in nothing else cannot be told apart by it. */
function saying({ image, text }: { image: string; text: string }): string {
  const host = image.slice(0, image.indexOf("/"));
  return text
    .replaceAll(host, "{host}")
    .replaceAll("registry-1.docker.io", "{host}")
    .replaceAll("http://", "https://")
    .replaceAll(/:\{tag\}|@?\{digest\}|\{tag\}|sha256:\{other\}/g, "{name}")
    .replaceAll(/(https:\/\/\{host\})[^\s"]*?(?=:?(?:[\s"]|$))/g, "$1");
}

function ofFile({ runtime, version, cases }: File): RecordedPull[] {
  const name = `${runtime}-${version}`;
  const alike = Map.groupBy(cases, saying);
  return cases.map((one) => {
    const { id, cause, also = [], image, text } = one;
    const shared = new Set((alike.get(saying(one)) ?? []).map((other) => other.cause));
    const right = together(shared);
    return {
      id: `${name}:${id}`,
      runtime: name,
      cause,
      right: new Set([...right, ...also]),
      certain: new Set([cause, ...also, ...[...right].filter((one) => !shared.has(one))]),
      image,
      text,
      example: isExample(text),
    };
  });
}

export const recordedPulls = (): RecordedPull[] => files().flatMap(ofFile);

const kubelet = join(import.meta.dirname, "../../../src/playground/recordings");
/** Scenarios of test/cluster in which no pull fails. */
const noPull = [
  "crash-loop",
  "not-a-program",
  "no-such-command",
  "config-map-missing",
  "unschedulable",
  "volume-missing",
  "claim-missing",
  "probe-fails",
  "healthy",
  "present",
];

/** Pushes, starts, networks and volumes from the same runs, and what a real kubelet said of crashes, volumes, scheduling and probes. */
export function recordedOthers(): RecordedOther[] {
  const runtimes = files().flatMap(({ runtime, version, others }) =>
    others.map((one) => ({ ...one, id: `${runtime}-${version}:${one.id}` })),
  );
  const kubelets = readdirSync(kubelet).flatMap((name) => {
    const { scenarios } = JSON.parse(readFileSync(join(kubelet, name), "utf8")) as {
      scenarios: Record<string, { events: { reason: string; message: string }[]; waiting: { message: string }[] }>;
    };
    return noPull.flatMap((id) => {
      const { events = [], waiting = [] } = scenarios[id] ?? {};
      return [...events, ...waiting]
        .filter(({ message }) => message !== "")
        .map(({ message }) => ({ id: `${name}:${id}`, kind: "kubelet", text: message }));
    });
  });
  return [...runtimes, ...kubelets];
}
