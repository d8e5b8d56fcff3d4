import { isIP } from "node:net";
import type { LookupFunction, Socket } from "node:net";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import type { AddressRules } from "./address-rules.ts";
import { connectTrouble, lookUpTrouble } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";
import { untilEnd } from "./wait.ts";
import type { Wait } from "./wait.ts";

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Looks a name up: all its addresses. Rejects with an error whose code is `ENOTFOUND`, `EAI_AGAIN`, … */
export type LookUp = (host: string) => Promise<readonly Address[]>;

/** As the system does: /etc/hosts and its name servers. */
export const systemLookUp: LookUp = (host) =>
  process.getBuiltinModule("node:dns").promises.lookup(host, { all: true, order: "verbatim" });

/** A server to connect to; `host` as a URL has it. `rules` null: its address was given by the program or its operator, and is not checked. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly lookUp: LookUp;
  readonly rules: AddressRules | null;
}

/**
 * Looks the name up, drops the addresses that may not be connected to, and connects to one of those that are left, and to no other: nothing
 * looks the name up again. Of several the next is tried where one does not answer soon.
 */
export async function connect(target: Target, wait: Wait): Promise<Result<Socket, Trouble>> {
  const host = target.host.replace(/^\[|\]$/g, "");
  const found = await addressesOf(host, target.lookUp, wait);
  if (!found.ok) return found;
  const { rules } = target;
  const checked = found.value.map((each) => ({ ...each, why: rules?.(each.address) ?? null }));
  const allowed = checked.filter(({ why }) => why === null);
  if (allowed.length > 0) return open(host, allowed, target.port, wait);
  return failure({ kind: "forbidden-address", why: checked.map((each) => sentence(host, each))[0] ?? "" });
}

const sentence = (host: string, { address, why }: { address: string; why: string | null }): string =>
  isIP(host) === 0 ? `${host} leads to ${shortened(address)}, which ${why}` : `${address} ${why}`;

/** A look-up of the program's own may answer anything. */
const shortened = (address: string): string => (address.length > 60 ? `${address.slice(0, 60)}…` : address);

async function addressesOf(host: string, lookUp: LookUp, wait: Wait): Promise<Result<readonly Address[], Trouble>> {
  if (isIP(host) !== 0) return success([{ address: host, family: isIP(host) }]);
  const found = lookUp(host).then(
    (addresses) => (addresses.length > 0 ? success(addresses) : failure(lookUpTrouble(noAddress()))),
    (error: unknown) => failure(lookUpTrouble(error)),
  );
  return untilEnd<Result<readonly Address[], Trouble>>(
    wait.signal,
    () => failure(wait.late()),
    (settle) => void found.then(settle),
  );
}

const noAddress = (): Error => Object.assign(new Error("no address"), { code: "ENODATA" });

/** RFC 8305 advises 250 ms before the next address is tried. */
const nextAddressAfter = 250;

async function open(
  host: string,
  addresses: readonly Address[],
  port: number,
  wait: Wait,
): Promise<Result<Socket, Trouble>> {
  const given: LookupFunction = (_host, _options, answer) => answer(null, [...addresses]);
  const socket = process.getBuiltinModule("node:net").connect({
    host,
    port,
    lookup: given,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressAfter,
    noDelay: true,
    keepAlive: true,
  });
  // For as long as the connection lives: an error of a kept one must not end the process.
  socket.on("error", () => undefined);
  const connected = await untilEnd<Result<Socket, Trouble>>(
    wait.signal,
    () => failure(wait.late()),
    (settle) => {
      socket.once("error", (error) => settle(failure(connectTrouble(error, wait.late()))));
      socket.once("connect", () => settle(success(socket)));
    },
  );
  if (!connected.ok) socket.destroy();
  return connected;
}
