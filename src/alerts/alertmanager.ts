import * as z from "zod";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { describeIssue, writePath } from "../schema-issue.ts";

const labels = z.record(z.string(), z.string());

const alert = z.object({
  status: z.enum(["firing", "resolved"]),
  labels,
  startsAt: z.iso.datetime({ offset: true }),
  fingerprint: z.string().min(1).max(200),
});

/** Alertmanager's webhook, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const webhook = z.object({
  version: z.literal("4"),
  groupKey: z.string().min(1).max(10_000),
  alerts: z.array(alert),
});

export type Webhook = z.infer<typeof webhook>;
export type Alert = Webhook["alerts"][number];

/** Labels and the group's key are the sender's own text, and may hold what an answer should not repeat. */
const mayShow = (path: readonly PropertyKey[]): boolean => !path.includes("labels") && !path.includes("groupKey");

/** Alertmanager's webhook as parsed JSON, or the first mistake in one sentence. */
export function parseWebhook(body: unknown): Result<Webhook, BadInput> {
  const parsed = webhook.safeParse(body);
  if (parsed.success) return success(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue === undefined) return refuse("is not one");
  const path = writePath(issue.path);
  const problem = describeIssue(issue, body, mayShow);
  return refuse(path === "" ? problem : `${path} ${problem}`);
}

/** The same from a body's text. */
export function parseWebhookText(text: string): Result<Webhook, BadInput> {
  try {
    return parseWebhook(JSON.parse(text));
  } catch {
    return refuse("the body is not JSON");
  }
}

// A group whose notification failed stays due: Alertmanager sends it again at its next group_interval.
const refuse = (problem: string) =>
  badInput(`Alertmanager's webhook: ${problem}. Nothing was taken; Alertmanager will send it again.`);
