import type { ImageReference } from "../diagnosis/image-reference.ts";
import type { Read } from "../diagnosis/evidence.ts";
import type { CredentialSource, Platform, RegistryCheck } from "../diagnosis/registry-evidence.ts";
import type { Credential } from "./credential.ts";

/** One credential, and where it came from. */
export interface Offer {
  readonly source: CredentialSource;
  /** Null for an anonymous try, and for an entry that holds nothing that the kubelet would send. */
  readonly credential: Credential | null;
  /** Whether the kubelet would try it too. */
  readonly byKubelet: boolean;
}

export interface RegistryQuestion {
  /** As the pod spec writes it. */
  readonly image: string;
  readonly reference: ImageReference;
  /** In the kubelet's order. */
  readonly offers: readonly Offer[];
  /** The node's platform, which is read at the same time; null where it cannot be known. */
  readonly platform: Promise<Platform | null>;
  /** Asked again, although the same may have been answered a moment ago. */
  readonly fresh?: boolean;
}

/** Of a reference the repository alone counts. */
export type TagsQuestion = Pick<RegistryQuestion, "reference" | "offers">;

/** Asks registries as a pull would. Never throws: what went wrong is an answer too. Ends with the signal at the latest. */
export interface Registry {
  check(question: RegistryQuestion, signal: AbortSignal): Promise<RegistryCheck>;
  /** Tags of a repository, by the first credential that is let in: newest versions first, 1,000 at most. */
  tags(question: TagsQuestion, signal: AbortSignal): Promise<Read<readonly string[]>>;
  close(): void;
}

/** What `imagepull.yaml` says under `registry`. Every default serves. */
export interface RegistrySettings {
  /** Off: no registry is ever asked. */
  readonly check: boolean;
  /** Hosts, with their port, that are spoken to in plain HTTP. */
  readonly plainHttp: readonly string[];
  /** Token servers beside the shipped pairs: this registry's credentials may go to this origin, as `https://auth.example.com`. */
  readonly tokenServers: readonly { readonly registry: string; readonly origin: string }[];
  /** CIDR ranges that may be connected to although they are not by default (loopback). Link-local and metadata addresses never are. */
  readonly allow: readonly string[];
  /** CIDR ranges that are never connected to. */
  readonly deny: readonly string[];
  /** Whether addresses of private ranges may be connected to. */
  readonly privateAddresses: boolean;
  readonly checksAtOnce: number;
  /** For how long the same question is answered from memory. */
  readonly cacheMs: number;
  /** For one check. */
  readonly deadlineMs: number;
}

export const usualRegistrySettings: RegistrySettings = {
  check: true,
  plainHttp: [],
  tokenServers: [],
  allow: [],
  deny: [],
  privateAddresses: true,
  checksAtOnce: 8,
  cacheMs: 30_000,
  deadlineMs: 2_500,
};
