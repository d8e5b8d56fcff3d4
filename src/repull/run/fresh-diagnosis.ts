import type { Diagnosis } from "../../diagnosis/diagnosis.ts";
import type { Hands } from "./types.ts";

/** What is the matter with a pod now; null where that cannot be told. */
export async function freshDiagnosis(
  { core }: Pick<Hands, "core">,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Diagnosis | null> {
  const target = { kind: "object", namespace, resource: "Pod", name } as const;
  const answer = await core.diagnose({ target, defaultNamespace: namespace }, signal);
  return answer.kind === "diagnosis" ? answer.diagnosis : null;
}
