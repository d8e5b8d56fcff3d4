import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { Confidence } from "../../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../../src/diagnosis/evidence.ts";
import type { RegistryAnswer, RegistryCheck } from "../../../src/diagnosis/registry-evidence.ts";
import {
  absent,
  container,
  ended,
  entriesFor,
  event,
  evidenceOf,
  forbidden,
  image,
  podWith,
  read,
  secret,
  waiting,
} from "../../support/evidence.ts";
import { bareBackOff, pullFails } from "../../support/pulls.ts";
import { digest, linux, found, foundIndex } from "../checks.ts";

/** What the node was told, for rows of root causes. */
export const resolving = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
export const denied = `${resolving}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
export const dnsWords = `${resolving}failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": dial tcp: lookup ghcr.io on 10.0.0.10:53: no such host`;
export const tlsWords = `${resolving}failed to do request: Head "https://ghcr.io/v2/shop/checkout/manifests/2.4.1": tls: failed to verify certificate: x509: certificate signed by unknown authority`;
export const limitWords = `${resolving}unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 429 Too Many Requests`;
export const platformWords = `failed to pull and unpack image "${image}": no match for platform in manifest: not found`;
export const schemaWords = `failed to pull and unpack image "${image}": unsupported media type application/vnd.cncf.helm.config.v1+json`;
export const diskWords = `failed to pull and unpack image "${image}": failed to extract layer ${digest("b")}: write /var/lib/x: no space left on device`;

export const fits = { secrets: [secret("ghcr", entriesFor("ghcr.io"))] };
export const otherHost = { secrets: [secret("ghcr", entriesFor("quay.io"))] };
export const gone = { secrets: [{ name: "ghcr", from: "pod" as const, read: absent("secret ghcr") }] };
export const unreadable = { secrets: [{ name: "ghcr", from: "pod" as const, read: forbidden("secret ghcr") }] };
export const written = (at: string) => ({ secrets: [secret("ghcr", entriesFor("ghcr.io"), at)] });
export const backOffOnly = (over: Partial<Evidence> = {}): Evidence =>
  evidenceOf(
    read(podWith([container(waiting("ImagePullBackOff", bareBackOff))], { imagePullSecrets: ["ghcr"] })),
    over,
  );
export const pulling = (over: Partial<Evidence> = {}): Evidence =>
  evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
    events: read([event("Pulling", `Pulling image "${image}"`)]),
    ...over,
  });
export const crashing = (message: string, over: Partial<Evidence> = {}): Evidence =>
  evidenceOf(
    read(
      podWith([
        container(waiting("CrashLoopBackOff", "back-off"), { lastState: { ...ended(128, "StartError"), message } }),
      ]),
    ),
    over,
  );
export const uncreated = evidenceOf(
  read(podWith([container(waiting("CreateContainerError", "failed to generate spec: no command specified"))])),
);
export const runsElsewhere = {
  reach: read({
    namespace: null,
    isPartial: false,
    images: [
      {
        image,
        nodesRunning: 2,
        nodesFailing: 1,
        podsRunning: 2,
        podsFailing: 1,
        registryPods: 3,
        registryPodsWell: 2,
        pulledBy: [],
      },
    ],
  }),
};
export const otherMachine = found({ platforms: [linux("arm64")], forNode: null, fits: false });
export const otherMachines = foundIndex({ platforms: [linux("arm64"), linux("s390x")], forNode: null, fits: false });
export const hidden = (answer: RegistryAnswer): RegistryAnswer =>
  answer.kind === "auth-rejected" ? { ...answer, hidesAbsence: true } : answer;
export const cloud = { service: "ecr", nodeMayHoldCredential: true } as const;
export const told = (words: string, over: Partial<Evidence> = {}): Evidence =>
  pullFails(words, over, "secrets" in over ? ["ghcr"] : []);

export type Row = [
  situation: string,
  evidence: Evidence,
  check: RegistryCheck,
  cause: CauseId,
  confidence: Confidence,
  evidenceSays?: string,
];
