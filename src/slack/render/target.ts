import * as z from "zod";
import { targetKinds, type TargetRequest } from "../../core.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { readJson } from "../json.ts";

/** A name as Kubernetes takes it. */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);

/**
 * What a button carries: the object it is about, and the answer it stands under. It comes back through Slack, from anybody who sees the
 * button, so it is parsed like any input; it grants nothing, since whoever presses may look at the same object by a command.
 */
const schema = z.object({
  v: z.literal(1),
  ns: objectName.max(63),
  kind: z.enum(targetKinds),
  name: objectName,
  id: z.string().max(64).optional(),
});

export type ButtonTarget = z.infer<typeof schema>;

/** The value of a button about a target; null where the target is none that could be asked about again. */
export function buttonTarget(target: Target, answerId: string | null): string | null {
  const parsed = schema.safeParse({
    v: 1,
    ns: target.namespace,
    kind: target.kind,
    name: target.name,
    ...(answerId !== null && { id: answerId }),
  });
  return parsed.success ? JSON.stringify(parsed.data) : null;
}

/** Reads a button's value; null for one of another version, or none of ours. */
export const readButton = (value: string): ButtonTarget | null => readJson(schema, value);

export const asRequest = ({ ns, kind, name }: ButtonTarget): TargetRequest => ({
  kind: "object",
  namespace: ns,
  resource: kind,
  name,
});

const short: Readonly<Record<string, string>> = {
  Pod: "pod",
  Deployment: "deploy",
  StatefulSet: "sts",
  DaemonSet: "ds",
  ReplicaSet: "rs",
  Job: "job",
  CronJob: "cronjob",
};

/** The target as one would type it: `shop/deploy/web`. */
export const typedTarget = ({ namespace, kind, name }: Pick<Target, "namespace" | "kind" | "name">): string =>
  [namespace, short[kind] ?? kind.toLowerCase(), name].filter((word) => word !== "").join("/");
