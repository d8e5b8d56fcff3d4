import type { Alert, Webhook } from "../../src/alerts/alertmanager.ts";

/** An alert on shop/web-1, or as changed. */
export const alert = (change: Partial<Alert> = {}): Alert => ({
  status: "firing",
  labels: { namespace: "shop", pod: "web-1" },
  startsAt: "2026-11-24T10:02:00.123456789Z",
  fingerprint: "f1",
  ...change,
});

/** An alert with a fingerprint of its own on a pod. */
export const on = (pod: string, fingerprint = pod, change: Partial<Alert> = {}): Alert =>
  alert({ labels: { namespace: "shop", pod }, fingerprint, ...change });

export const webhook = (alerts: readonly Alert[], groupKey = '{}:{alertname="KubePodNotReady"}'): Webhook => ({
  version: "4",
  groupKey,
  alerts: [...alerts],
});
