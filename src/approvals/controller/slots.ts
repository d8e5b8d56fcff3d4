import { code, type Line, say } from "../../diagnosis/say.ts";
import type { RepullRequest } from "../types.ts";
import type { ControllerParts } from "./types.ts";

/** Requests that are carried out, or are about to be. */
export interface Slots {
  /** Null where it may begin; else what it waits for. */
  take(request: RepullRequest, requests: readonly RepullRequest[]): Line | null;
  free(request: RepullRequest): void;
}

export const isUnderWay = ({ status }: RepullRequest): boolean =>
  status?.phase === "Executing" || status?.phase === "Verifying";

/** A process has said that it is about to begin it: what it counts against others before it is claimed. */
export const isReserved = ({ status }: RepullRequest): boolean =>
  status?.phase === "Approved" && status.executor !== null;

/** Counts what the cluster says, and what this process has begun since. */
export function createSlots(atOnce: ControllerParts["atOnce"]): Slots {
  const taken = new Map<string, RepullRequest>();
  return {
    take(request, requests) {
      const others = new Map(
        [...requests.filter((one) => isUnderWay(one) || isReserved(one)), ...taken.values()]
          .filter(({ uid }) => uid !== request.uid)
          .map((one) => [one.uid, one]),
      );
      const busy = behind(request, [...others.values()], atOnce);
      if (busy === null) taken.set(request.uid, request);
      return busy;
    },
    free: ({ uid }) => void taken.delete(uid),
  };
}

function behind(
  request: RepullRequest,
  others: readonly RepullRequest[],
  atOnce: ControllerParts["atOnce"],
): Line | null {
  const same = others.find(({ spec }) => spec.target.uid === request.spec.target.uid);
  if (same !== undefined)
    return say`waits until ${code(same.name)} has ended, which is of ${code(request.spec.target.text)} too`;
  const near = others.filter(({ namespace }) => namespace === request.namespace);
  if (near.length >= atOnce.namespace)
    return say`waits behind ${names(near)} in namespace ${code(request.namespace)}: ${atOnce.namespace} at once`;
  if (others.length >= atOnce.cluster)
    return say`waits behind ${names(others)}: ${atOnce.cluster} at once in the whole cluster`;
  return null;
}

function names(requests: readonly RepullRequest[]): Line {
  const [first, ...more] = requests.map(({ name }) => name).toSorted();
  return more.length === 0 ? say`${code(first ?? "")}` : say`${code(first ?? "")} and ${more.length} more`;
}
