import type { Core, DiagnoseAnswer, DiagnoseRequest } from "../../src/core.ts";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";

/** A diagnosis of a pod of Deployment web in namespace shop. */
export const diagnosis = (cause: CauseId, pod: string, change: Partial<Diagnosis> = {}): Diagnosis => ({
  version: 1,
  takenAt: "2026-11-24T10:02:00Z",
  target: { cluster: "test", namespace: "shop", kind: "Pod", name: pod },
  pod,
  workload: { kind: "Deployment", name: "web" },
  cause,
  confidence: "confirmed",
  headline: [`${pod} has ${cause}`],
  scope: [],
  reach: [],
  history: [],
  container: "app",
  image: "registry.example/app:1",
  steps: [],
  findings: [],
  fixes: [],
  warnings: [],
  nextTryAt: null,
  ...change,
});

/** What the core says of a pod: a cause, a whole diagnosis, or that it could not. */
export type Script = CauseId | Diagnosis | "gone" | "down" | Error;

/** A core that answers each pod by a script, and remembers what it was asked. */
export function scripted(
  script: (pod: string, nth: number) => Script | Promise<Script>,
): Core & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    cluster: "test",
    asked,
    ready: () => Promise.resolve({ ok: true }),
    mayGetPods: () => Promise.resolve({ ok: false, sentence: "nobody is asked about" }),
    async diagnose({ target }: DiagnoseRequest): Promise<DiagnoseAnswer> {
      const pod = target.kind === "selector" ? target.selector : target.name;
      asked.push(`${target.namespace}/${pod}`);
      const said = await script(pod, asked.length);
      if (said instanceof Error) throw said;
      if (said === "gone") return { kind: "not-found", sentence: `no pod ${pod}`, nearest: [] };
      if (said === "down") return { kind: "unreadable", sentence: "the API server does not answer" };
      return {
        kind: "diagnosis",
        diagnosis: typeof said === "string" ? diagnosis(said, pod) : said,
        evidence: {} as Evidence,
      };
    },
  };
}
