import type { Http, HttpAnswer, HttpRequest } from "../http.ts";
import { failure } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { tidy } from "../words.ts";
import { addressRules } from "./address-rules.ts";
import type { AddressSettings } from "./address-rules.ts";
import { systemLookUp } from "./connect.ts";
import type { LookUp } from "./connect.ts";
import { dial } from "./dial.ts";
import { exchange } from "./exchange.ts";
import type { Answer } from "./exchange.ts";
import { createPool } from "./pool.ts";
import { createTrust, furtherAuthorities } from "./trust-store.ts";
import { broken } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { startWait } from "./wait.ts";
import type { Deadlines, Wait } from "./wait.ts";
import { wayTo } from "./way.ts";
import type { Roads, Route } from "./way.ts";

export interface HttpOptions {
  readonly settings: AddressSettings;
  /** Where HTTPS_PROXY, HTTP_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lookup?: LookUp;
  /** Another way to a server; its address is not checked, since it is the program's own. Null: the usual way. */
  readonly route?: (url: URL) => Route | null;
  readonly deadlines?: Deadlines;
  /** In milliseconds. */
  readonly now?: () => number;
}

const usualDeadlines: Deadlines = { connection: 5_000, answer: 10_000, body: 10_000 };

/**
 * The HTTP of the registry client: GET and HEAD over kept connections, without redirects, never more than `maxBytes`, never longer than the signal.
 * Every failure is a value; no words quote what was sent. A name is looked up once for a connection, each address is checked, and only a checked one is connected to. Through a proxy
 * of the environment the proxy looks names up: then only addresses in the URL and names such as `localhost` and `metadata.google.internal` can be refused here,
 * and what else it must not reach is the proxy's to know. The proxy's own address, and that of a `route`, are not checked. Throws at once where a range of the settings is none.
 */
export function createHttp(options: HttpOptions): Http {
  const { settings, environment, route = () => null, lookup = systemLookUp } = options;
  const { deadlines = usualDeadlines, now = () => performance.now() } = options;
  const roads: Roads = { environment, route, lookUp: lookup, rules: addressRules(settings) };
  const trust = createTrust(() => furtherAuthorities(environment));
  const pool = createPool();

  const talk = async (request: HttpRequest, wait: Wait): Promise<Result<Answer, Trouble>> => {
    const found = wayTo(request.url, roads);
    if (!found.ok) return found;
    const { key, way, path, proxyHeaders } = found.value;
    const sent = { request, path, proxyHeaders };
    const kept = pool.take(key);
    if (kept !== null) {
      wait.enter("answer");
      const answer = await exchange(kept, sent, wait, () => pool.give(key, kept));
      // The server may end a kept connection just as it is taken up again: nothing was answered, and what is read may be asked twice.
      if (answer.ok || !answer.error.isCut) return answer.ok ? answer : failure(answer.error.trouble);
    }
    const dialled = await dial(way, trust, wait);
    if (!dialled.ok) return dialled;
    wait.enter("answer");
    const answer = await exchange(dialled.value, sent, wait, () => pool.give(key, dialled.value));
    return answer.ok ? answer : failure(answer.error.trouble);
  };

  return {
    async send(request, signal) {
      const wait = startWait(signal, deadlines, now);
      const { host } = request.url;
      try {
        const answer = await talk(request, wait);
        return answer.ok ? answer.value : shown(answer.error, host, request.headers);
      } catch {
        // Nothing of the error is shown: Node's may quote a header.
        return { ...broken("the request could not be sent"), host };
      } finally {
        wait.end();
      }
    },
    close: () => pool.close(),
  };
}

/** The failure with its host; nothing that was sent stands in its words, whatever the other side put there. */
function shown(trouble: Trouble, host: string, headers: HttpRequest["headers"]): HttpAnswer {
  const hide = (text: string): string =>
    secretsOf(headers).reduce((rest, secret) => rest.replaceAll(secret, "[hidden]"), text);
  if ("words" in trouble) return { ...trouble, host, words: tidy(trouble.words, hide) };
  if ("why" in trouble) return { ...trouble, host, why: tidy(trouble.why, hide) };
  return { ...trouble, host };
}

function secretsOf(headers: HttpRequest["headers"]): readonly string[] {
  const value = Object.entries(headers).find(([name]) => name.toLowerCase() === "authorization")?.[1] ?? "";
  const token = value.replace(/^\S+\s+/, "");
  const [user = "", ...password] = Buffer.from(token, "base64").toString("utf8").split(":");
  const isBasic = /^basic\s/i.test(value) && user !== "";
  return [value, token, ...(isBasic ? [password.join(":")] : [])].filter((secret) => secret.length > 3);
}
