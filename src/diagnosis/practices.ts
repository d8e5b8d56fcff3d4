import type { CauseFacts, Finding, StepId } from "./diagnosis.ts";
import type { CauseId } from "./causes/catalogue.ts";
import type { ContainerEvidence, Evidence } from "./evidence.ts";
import { imageFacts, isSameImage } from "./image-facts.ts";
import { parseImageReference } from "./image-reference.ts";
import type { ContainerPull } from "./pulls.ts";
import { type RegistryView, viewFacts, viewOf } from "./registry-view.ts";
import { fromHere, outcome, whose } from "./registry-words.ts";
import { code, type Line, say } from "./say.ts";

/** What works now and is known to go wrong later. Each first line says it with its reason; none is ever the root cause. */
function risk(
  step: StepId,
  { name, image }: ContainerEvidence,
  cause: CauseId,
  line: Line,
  facts: CauseFacts = {},
): Finding {
  return {
    cause,
    step,
    container: name,
    image,
    confidence: "confirmed",
    evidence: [line],
    facts: { ...imageFacts(image), ...facts },
    risk: true,
  };
}

/** How the policy of a container came about, as far as the manifests tell. */
export interface PolicyOrigin {
  /** Null where no manifest as applied is kept. */
  readonly isExplicit: boolean | null;
  /** An admission plugin, such as AlwaysPullImages, has set it: nothing that the manifest's author can change. */
  readonly isRewritten: boolean;
}

/** The guide's advice on tags and policies, for one container. */
export function policyRisks(
  container: ContainerEvidence,
  { isExplicit, isRewritten }: PolicyOrigin,
): readonly Finding[] {
  const { name, image, imagePullPolicy, kind } = container;
  const reference = parseImageReference(image);
  if (!reference.ok || kind === "ephemeral" || isRewritten) return [];
  const { effectiveTag, digest, tag } = reference.value;
  const isLatest = digest === null && effectiveTag === "latest";
  const written = tag === null ? say`no tag` : say`the tag ${code("latest")}`;
  if (isLatest && imagePullPolicy === "IfNotPresent")
    return [
      risk(
        "placement",
        container,
        "stale-image",
        say`container ${code(name)} has ${written} with IfNotPresent: each node keeps the image that it pulled first, so nodes run different ones`,
      ),
    ];
  if (isLatest && imagePullPolicy === "Always" && isExplicit === false)
    return [
      risk(
        "placement",
        container,
        "stale-image",
        say`container ${code(name)} has ${written} and gets Always only by default: the default is set once, when the object is created; write ${code("imagePullPolicy: Always")}, or better a fixed tag`,
      ),
    ];
  if (!isLatest && imagePullPolicy === "Always")
    return [
      risk(
        "placement",
        container,
        "rate-limited",
        say`container ${code(name)} has a fixed ${digest === null ? "tag" : "digest"} with Always: each start asks the registry, counts against its limit, and fails while it cannot be reached`,
      ),
    ];
  return [];
}

/** What the registry's answers mean for containers that have their image: whether it could be pulled again. */
export function credentialRisks(evidence: Evidence, pulls: readonly ContainerPull[]): readonly Finding[] {
  return pulls.flatMap((pull) => {
    if (!hasImage(pull, evidence)) return [];
    const view = viewOf(evidence, pull.container.image);
    return view === null ? [] : riskOf(pull, view, evidence);
  });
}

/** The image is on the node: it runs, has run, or need not be pulled. */
export function hasImage({ phase, container }: ContainerPull, { node }: Evidence): boolean {
  if (phase === "running" || phase === "finished" || phase === "other-trouble") return container.kind !== "ephemeral";
  if (phase !== "waiting" || container.imagePullPolicy === "Always" || node.status !== "ok") return false;
  return node.value.presentImages.some((name) => isSameImage(name, container.image));
}

function riskOf({ container }: ContainerPull, view: RegistryView, evidence: Evidence): readonly Finding[] {
  const { answer, attempt, registry } = view;
  const facts = viewFacts(view);
  const runs = say`container ${code(container.name)} has its image from the node's copy`;
  const keep = "do not restart or delete its pods before it can be pulled again";
  switch (answer.kind) {
    case "not-found": {
      const line = say`${runs}; ${code(registry)} no longer has it: ${keep} (${whose(attempt.credential)}, ${fromHere})`;
      const gone = risk("credentials", container, "image-not-found", line, {
        ...facts,
        absent: answer.what,
        nearestTags: answer.nearestTags,
      });
      return [view.byKubelet ? gone : { ...gone, confidence: "likely" }];
    }
    case "auth-missing":
      return view.byKubelet ? withoutCredential(container, view, evidence) : [];
    case "auth-rejected": {
      const line = say`${runs}, and the next pull would be refused: ${code(registry)} ${outcome(view)} (${whose(attempt.credential)}, ${fromHere})`;
      return [
        risk("credentials", container, answer.hidesAbsence ? "image-not-found-or-auth" : "auth-rejected", line, facts),
      ];
    }
    case "dns":
    case "refused":
    case "timeout":
    case "tls":
    case "plain-http":
    case "server-error": {
      const line = say`${runs}; ${code(registry)} ${outcome(view)}, ${fromHere}: the node may reach it all the same`;
      return [{ ...risk("credentials", container, wayRisk[answer.kind], line, facts), confidence: "possible" }];
    }
    case "found":
    case "not-an-image":
    case "rate-limited":
    case "unknown":
      break;
  }
  return [];
}

const wayRisk = {
  dns: "registry-dns",
  refused: "registry-unreachable",
  timeout: "registry-unreachable",
  tls: "registry-tls",
  "plain-http": "registry-plain-http",
  "server-error": "registry-server-error",
} as const;

/** A private image that runs without a credential of its own: another pod brought it, or only the node knows how. */
function withoutCredential(
  container: ContainerEvidence,
  { check, registry }: RegistryView,
  { reach, pod }: Evidence,
): readonly Finding[] {
  if (check.nodeMayHoldCredential) return [];
  const facts = check.service === null ? {} : { service: check.service };
  const counted =
    reach.status === "ok" ? reach.value.images.find(({ image }) => isSameImage(image, container.image)) : undefined;
  const lender = counted?.pulledBy[0];
  if (lender !== undefined)
    return [
      risk(
        "credentials",
        container,
        "auth-missing",
        say`container ${code(container.name)} runs only because ${code(lender)} pulled its image with a secret of its own: this pod has no credential that ${code(registry)} takes, so on another node it would not start`,
        facts,
      ),
    ];
  if (pod.status !== "ok" || pod.value.imagePullSecrets.length > 0) return [];
  return [
    {
      ...risk(
        "credentials",
        container,
        "auth-missing",
        say`container ${code(container.name)} has an image of a private registry and the pod names no pull secret: it came with a credential of the node's or another pod's, and may not come again; ${fromHere}`,
        facts,
      ),
      confidence: "likely",
    },
  ];
}
