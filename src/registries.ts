import { setImmediate as nextTurn } from "node:timers/promises";
import type { Registry, RegistrySettings } from "./registry/registry.ts";

interface RegistriesParts {
  readonly settings: RegistrySettings;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
}

/**
 * What asks registries; null where the settings say that none is asked. Its code is loaded a turn later: by then the first question to the
 * cluster has gone out, and loading takes no longer than the answer.
 */
export function openRegistries(parts: RegistriesParts): Registry | null {
  if (!parts.settings.check) return null;
  const loading = nextTurn().then(() => load(parts));
  return {
    check: async (question, signal) => (await loading).check(question, signal),
    tags: async (question, signal) => (await loading).tags(question, signal),
    close: () => void loading.then((registry) => registry.close()),
  };
}

async function load({ settings, environment, clock }: RegistriesParts): Promise<Registry> {
  const [{ createRegistry }, { createHttp }] = await Promise.all([
    import("./registry/client.ts"),
    import("./registry/net/http.ts"),
  ]);
  return createRegistry({ http: createHttp({ settings, environment }), settings, clock });
}
