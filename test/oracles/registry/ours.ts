import { parseImageReference } from "../../../src/diagnosis/image-reference.ts";
import type { CredentialSource, Platform, RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import { createRegistry } from "../../../src/registry/client.ts";
import { Credential } from "../../../src/registry/credential.ts";
import { createHttp } from "../../../src/registry/net/http.ts";
import { type RegistrySettings, usualRegistrySettings } from "../../../src/registry/registry.ts";

/** The product's own client. */
export interface Ours {
  /** With a login as a pull secret gives it, or as nobody. */
  ask(image: string, login: { user: string; password: string } | null, node: Platform | null): Promise<RegistryAnswer>;
  close(): void;
}

/** Loopback, where the registries of the tests are, has to be allowed. `authority`: a file, trusted beside what Node trusts. */
export function ourClient(settings: Partial<RegistrySettings>, authority: string | null): Ours {
  const all: RegistrySettings = {
    ...usualRegistrySettings,
    allow: ["127.0.0.0/8", "::1/128"],
    deadlineMs: 20_000,
    ...settings,
  };
  const registry = createRegistry({
    http: createHttp({ settings: all, environment: authority === null ? {} : { NODE_EXTRA_CA_CERTS: authority } }),
    settings: all,
    clock: () => new Date(),
  });
  return {
    async ask(image, login, node) {
      const reference = parseImageReference(image);
      if (!reference.ok) throw new Error(reference.error.sentence);
      const source: CredentialSource = login
        ? { kind: "secret", secret: "login", key: reference.value.domain, username: login.user }
        : { kind: "anonymous" };
      const credential = login && new Credential(login.user, login.password);
      const offers = [{ source, credential, byKubelet: true }];
      const question = { image, reference: reference.value, offers, platform: Promise.resolve(node) };
      const { attempts } = await registry.check(question, AbortSignal.timeout(60_000));
      const [attempt] = attempts;
      if (attempt === undefined) throw new Error(`${image}: nothing was asked`);
      return attempt.answer;
    },
    close: () => registry.close(),
  };
}
