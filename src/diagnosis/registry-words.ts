import type { CredentialSource, RegistryAnswer } from "./registry-evidence.ts";
import type { RegistryView } from "./registry-view.ts";
import { at, code, type Line, say } from "./say.ts";

/** Where imagepull looked from: never from the node. */
export const fromHere = "asked from where imagepull runs";

/** "secret `ghcr`, user `shop-bot`". */
export function whose(credential: CredentialSource): Line {
  if (credential.kind === "anonymous") return say`without a credential`;
  const user = credential.username === null ? say`` : say`, user ${code(credential.username)}`;
  return say`secret ${code(credential.secret)}${user}`;
}

/** With whose credential the registry was asked, and what it made of it: "secret `ghcr`, user `shop-bot`: accepted by `ghcr.io`". */
export function credentialLine(view: RegistryView): Line {
  const { attempt, registry, answer } = view;
  const admitted = accepted(answer);
  if (attempt.credential.kind === "anonymous")
    return admitted === null
      ? say`${code(registry)}, asked without a credential, ${outcome(view)}`
      : say`${code(registry)} asks for no credential${admitted.length === 0 ? admitted : say`, and ${admitted}`}`;
  return admitted === null
    ? say`${whose(attempt.credential)}: ${code(registry)} ${outcome(view)}`
    : say`${whose(attempt.credential)}: accepted by ${code(registry)}${admitted.length === 0 ? admitted : say`, which ${admitted}`}`;
}

/** What the registry has for one that it lets in: nothing to say where it has the image. Null where it lets nobody in. */
function accepted(answer: RegistryAnswer): Line | null {
  if (answer.kind === "found") return say``;
  return answer.kind === "not-found" || answer.kind === "not-an-image" ? outcome({ answer }) : null;
}

/** What the registry did, in a clause: "refuses it (expired at …)". */
export function outcome({ answer }: Pick<RegistryView, "answer">): Line {
  switch (answer.kind) {
    case "found":
      return say`gives the image`;
    case "not-found":
      return say`has no such ${absent(answer.what)}`;
    case "not-an-image":
      return say`has ${artifact(answer)} there`;
    case "auth-missing":
      return say`wants one${answer.hidesAbsence ? ", and says the same of images that do not exist" : ""}`;
    case "auth-rejected":
      return say`${refusal(answer)}${answer.hidesAbsence ? ", and says the same of images that do not exist" : ""}`;
    case "rate-limited":
      return say`has had too many pulls${answer.retryAt === null ? say`` : say` until ${at(answer.retryAt)}`}`;
    case "dns":
      return say`cannot be resolved: ${code(answer.words)}`;
    case "refused":
      return say`cannot be reached: ${code(answer.words)}`;
    case "timeout":
      return say`did not answer in time (${waits[answer.waitedFor]}, ${answer.seconds} s)`;
    case "tls":
      return say`shows a certificate that is not accepted: ${certificates[answer.problem]}${answer.words === "" ? say`` : say` (${code(answer.words)})`}`;
    case "plain-http":
      return say`speaks plain HTTP`;
    case "server-error":
      return say`fails${answer.by === "token-server" ? " at its token server" : ""} with ${answer.status}`;
    case "unknown":
      break;
  }
  return say`was not judged: ${code(answer.why)}`;
}

function refusal({ why, expiredAt, words, by }: Extract<RegistryAnswer, { kind: "auth-rejected" }>): Line {
  const quoted = words === "" ? say`` : say`: ${code(words)}`;
  if (why === "expired")
    return say`refuses it, for it expired${expiredAt === null ? say`` : say` at ${at(expiredAt)}`}`;
  if (why === "login") return say`refuses its user or password${quoted}`;
  if (why === "scope") return say`takes the login, and does not let it read this repository${quoted}`;
  if (why === "disabled") return say`says that the account is disabled${quoted}`;
  return say`refuses it${by === "token-server" ? " at its token server" : ""}${quoted}`;
}

const absent = (what: Extract<RegistryAnswer, { kind: "not-found" }>["what"]): string =>
  what === "either" ? "image" : what;

const waits = { connection: "no connection", answer: "no answer", body: "the answer did not end" } as const;

/** A certificate's problem in a few words. */
export const certificates: Readonly<Record<Extract<RegistryAnswer, { kind: "tls" }>["problem"], string>> = {
  "unknown-authority": "its authority is not known",
  "self-signed": "it has signed itself",
  expired: "it has expired",
  "not-yet-valid": "it is not valid yet",
  "wrong-host": "it is for another name",
  protocol: "the two sides agree on no protocol",
  other: "the handshake failed",
};

/** "a Helm chart". */
export function artifact({ what, mediaType }: Extract<RegistryAnswer, { kind: "not-an-image" }>): Line {
  if (what === "helm-chart") return say`a Helm chart`;
  if (what === "schema1") return say`a manifest of the old format (schema 1)`;
  if (what === "html") return say`a web page`;
  return mediaType === "" ? say`something that is no image` : say`an artifact of type ${code(mediaType)}`;
}
