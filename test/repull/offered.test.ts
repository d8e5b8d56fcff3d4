import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Doors, runCli } from "../../src/cli.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { TargetRequest } from "../../src/core.ts";
import { type CauseId, causeIds } from "../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../src/diagnosis/causes/cause.ts";
import { causes } from "../../src/diagnosis/causes/index.ts";
import { repullCommand } from "../../src/diagnosis/causes/repull-commands.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Evidence, OwnerEvidence } from "../../src/diagnosis/evidence.ts";
import { imageFacts } from "../../src/diagnosis/image-facts.ts";
import { parseImageReference } from "../../src/diagnosis/image-reference.ts";
import { repullableOf } from "../../src/diagnosis/repullable.ts";
import { badInput, success } from "../../src/diagnosis/result.ts";
import { draftOf } from "../../src/repull/repull.ts";
import { type Parameters, parametersOf, strategies } from "../../src/repull/strategy.ts";
import { digest } from "../diagnosis/checks.ts";
import { container, forbidden, read, running, waiting } from "../support/evidence.ts";
import { type Case, evidenceFor, image, planned, repository, text } from "./case.ts";

const kinds = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Job", "Pod"];

const template = (over: Partial<OwnerEvidence["template"][number]> = {}) => ({
  name: "app",
  image,
  imagePullPolicy: "IfNotPresent",
  ...over,
});
const above = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "checkout", uid: "r" };
const failing = container(waiting("ImagePullBackOff"));

/** What may be so of any kind. */
const ways: readonly (readonly [string, Omit<Case, "strategy">])[] = [
  ["waits", { pods: [null] }],
  ["waits with others that run", { pods: [null, "b", "b"] }],
  ["waits with all others", { pods: [null, null] }],
  ["runs", {}],
  ["Always", { policy: "Always" }],
  ["Never", { policy: "Never", pods: [null] }],
  ["pinned", { image: `${repository}@${digest("a")}`, pods: [null] }],
  ["no name that can be", { image: `${repository.toUpperCase()}:1`, pods: [null] }],
  ["paused", { workload: { paused: true } }],
  ["held by a partition", { workload: { partition: 5 } }],
  ["OnDelete", { workload: { updateStrategy: "OnDelete" } }],
  ["Argo CD", { workload: { managedBy: "argocd" } }],
  ["Argo CD by what it wrote", { workload: { templateManagers: ["argocd-application-controller"] } }],
  ["Flux", { workload: { managedBy: "flux" } }],
  ["a chart that Flux applies", { workload: { managedBy: "helm", templateManagers: ["helm-controller"] } }],
  ["Helm", { workload: { managedBy: "helm" } }],
  ["somebody else's tool", { workload: { managedBy: "spinnaker", templateManagers: ["kubectl-edit"] } }],
  ["made by an Argo Rollout", { workload: { above } }],
  ["of another template by now", { workload: { template: [template({ image: "ghcr.io/new/checkout:1" })] } }],
  ["of the nearest tag by now", { workload: { template: [template({ image: `${repository}:2.4.0` })] } }],
  ["with a second container", { workload: { template: [template(), template({ name: "proxy", image: "proxy:1" })] } }],
  [
    "as an init container",
    { workload: { template: [template({ isInit: true }), template({ name: "main", image: "main:1" })] } },
  ],
  ["injected", { workload: { template: [template({ name: "main", image: "main:1" })] } }],
  ["without a pod", { pods: [] }],
  ["going", { evidence: { siblings: read([]) } }],
  ["with pods that may not be listed", { evidence: { siblings: forbidden("pods") } }],
  [
    "beside pods that only carry its labels",
    { evidence: { siblings: evidenceFor({ strategy: "restart", kind: "Pod" }).siblings } },
  ],
  [
    "of a maker that is not read",
    { evidence: { owners: [{ reference: above, read: { status: "skipped", reason: "" } }] } },
  ],
  ["static", { pod: { isMirror: true } }],
  ["of a bare pod with an init container", { pod: { containers: [{ ...failing, kind: "init" }, container(running)] } }],
];

const cases = kinds.flatMap((kind) =>
  ways.map(([way, asked]) => ({
    name: `${kind}, ${way}`,
    evidence: evidenceFor({ ...asked, kind, strategy: "restart" }),
  })),
);

/** Each cause's texts as `diagnose` has them written, with everything known that changes a command. */
function contextOf(evidence: Evidence, facts: CauseContext["facts"]): CauseContext {
  const { workload, pod, target } = diagnose(evidence);
  const of =
    evidence.pod.status === "ok" ? evidence.pod.value.containers.find(({ name }) => name === "app") : undefined;
  const name = of?.image ?? image;
  return {
    facts: { ...imageFacts(name), ...facts },
    target,
    workload,
    pod,
    container: "app",
    containerKind: of?.kind ?? null,
    image: name,
    repull: repullableOf(evidence),
  };
}

const allFacts: readonly CauseContext["facts"][] = [
  {},
  { nearestTags: ["2.4.0"], node: "node-1", serviceAccount: "default" },
];

const offeredOn = (evidence: Evidence): readonly string[] => [
  ...new Set(
    [
      ...diagnose(evidence).fixes,
      ...allFacts.flatMap((facts) => causeIds.flatMap((id) => causes[id].fixes(contextOf(evidence, facts)))),
    ].flatMap(({ command }) => (command?.startsWith("imagepull ") === true ? [command.replace("<tag>", "9.9.9")] : [])),
  ),
];

const flagsRead = z.object({
  strategy: z.enum(strategies),
  tag: z.string().optional(),
  container: z.string().optional(),
  context: z.string().optional(),
  allowUnproven: z.boolean().optional(),
});

interface Typed {
  readonly code: number;
  readonly err: string;
  readonly target: TargetRequest | null;
  readonly parameters: Parameters | null;
}

const never = (): Promise<number> => Promise.reject(new Error("another door was opened"));

/** What the shell reads a command line as: its door is shut, so nothing is looked at. */
async function typed(line: string): Promise<Typed> {
  const seen: { err: string; target: TargetRequest | null; parameters: Parameters | null } = {
    err: "",
    target: null,
    parameters: null,
  };
  const doors: Doors = {
    parseTarget: (words, options) => {
      const target = parseTarget(words, options);
      seen.target = target.ok ? target.value : null;
      return Promise.resolve(target);
    },
    open: (options) => {
      const { strategy, ...given } = flagsRead.parse(options);
      const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      seen.parameters = parametersOf(strategy, said);
      return Promise.resolve(badInput("the door is shut."));
    },
    readOnly: () => Promise.resolve(success(false)),
    serve: never,
    doctor: never,
    install: never,
    playground: never,
  };
  const io = {
    out: () => undefined,
    err: (words: string) => void (seen.err += words),
    stdin: () => Promise.resolve(""),
    terminal: { columns: null, colours: false, width: ({ length }: string) => length },
  };
  return { code: await runCli(line.split(" ").slice(1), io, "1.2.3", doors), ...seen };
}

/** Why a re-pull is refused before anything is asked; null where it is not. */
function refusal(parameters: Parameters, evidence: Evidence): string | null {
  const draft = draftOf(parameters, evidence, diagnose(evidence));
  if (draft.ok) return null;
  return draft.error.kind === "usage" ? draft.error.sentence : text(draft.error.planned.refused ?? []);
}

const about = (evidence: Evidence, { kind, name }: { kind: string; name: string }): Evidence => ({
  ...evidence,
  target: { ...evidence.target, kind, name },
});

describe("every re-pull that a fix offers", () => {
  it.each(cases)("is read by the shell and refused by no rule: $name", async ({ evidence }) => {
    for (const line of offeredOn(evidence)) {
      const { err, target, parameters } = await typed(line);
      expect(err, line).toContain("the door is shut");
      expect(target, line).toMatchObject({ kind: "object", namespace: "shop" });
      expect(parameters?.context, line).toBe("test");
      if (target?.kind !== "object" || parameters === null) throw new Error(line);
      const named = about(evidence, { kind: target.resource, name: target.name });
      expect(refusal(parameters, named), line).toBeNull();
    }
  });

  it("is there: each strategy, and each kind that has one", () => {
    const lines = cases.flatMap(({ evidence }) => offeredOn(evidence));
    for (const strategy of strategies) expect(lines.some((line) => line.includes(`--strategy ${strategy}`))).toBe(true);
    for (const kind of ["deploy", "sts", "ds", "replicaset", "cronjob", "job", "pod"])
      expect(
        lines.some((line) => line.includes(` ${kind}/`)),
        kind,
      ).toBe(true);
  });
});

describe("what the diagnosis may offer is what the rules take", () => {
  it.each(cases)("$name", ({ evidence }) => {
    const context = contextOf(evidence, {});
    const { repull } = context;
    const object = repull === null ? evidence.target : { kind: repull.kind, name: repull.name };
    for (const strategy of strategies) {
      const tag = strategy === "set-image" ? { tag: "2.4.0" } : {};
      const why = refusal(parametersOf(strategy, { container: "app", ...tag }), about(evidence, object));
      const command = repullCommand(context, strategy, tag);
      if (command !== null) expect(why, `${strategy} is offered`).toBeNull();
      else if (why === null) expect(untaken(context, strategy), `${strategy} would be taken`).toBe(true);
    }
  });
});

/** What the rules would take and the diagnosis does not offer: a tag of the failing pod's repository for a template of another; a name that cannot be. */
function untaken({ image: ofPod, repull }: CauseContext, strategy: string): boolean {
  const { image: ofTemplate = "" } = repull?.containers.find(({ name }) => name === "app") ?? {};
  return strategy === "set-image"
    ? ofTemplate !== ofPod
    : strategy === "pin-digest" && !parseImageReference(ofTemplate).ok;
}

describe("the pod that waits for an image that its registry gives by now", () => {
  it.each<CauseId>(["disk-full", "auth-rejected", "backoff-only", "registry-dns"])(
    "is recreated as the fix of %s says, though nothing proves it beforehand",
    async (cause) => {
      const asked: Case = { strategy: "delete-pods", isPod: true, pods: [null], cause };
      const context = contextOf(evidenceFor(asked), {});
      const [line = ""] = causes[cause]
        .fixes(context)
        .flatMap(({ command = "" }) => (command.includes("delete-pods") ? [command] : []));
      const { parameters } = await typed(line);
      expect(planned({ ...asked, parameters: parameters ?? {} }).refused).toBeNull();
    },
  );
});
