import { type Parameters, parametersOf } from "../../repull/strategy.ts";
import type { ObjectName } from "../../world.ts";
import type { RepullRequest } from "../types.ts";

/** What a request asks for, as a re-pull takes it. */

export const parametersIn = ({ name, uid, spec }: RepullRequest): Parameters => {
  const { timeoutSeconds, only, ...rest } = spec.parameters;
  return parametersOf(spec.strategy, {
    ...rest,
    only: only === null ? null : [...only],
    timeout: timeoutSeconds * 1000,
    request: { name, uid },
  });
};

export const objectOf = ({ namespace, spec: { target } }: RepullRequest): ObjectName => ({
  apiVersion: target.apiVersion,
  kind: target.kind,
  namespace,
  name: target.name,
  uid: target.uid,
});
