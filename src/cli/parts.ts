import type { Diagnosis, Finding } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";

/** The findings that bear the root cause out. */
export const decisive = ({ findings, cause }: Diagnosis): readonly Finding[] =>
  findings.filter((finding) => finding.cause === cause && finding.risk !== true);

const mostRisks = 3;

/** What may go wrong later, each once: the first line says it with its reason. */
export function risks({ findings }: Diagnosis): readonly Line[] {
  const first = findings.flatMap(({ risk, evidence }) => (risk === true ? evidence.slice(0, 1) : []));
  const unique = new Map(first.map((line) => [JSON.stringify(line), line]));
  return [...unique.values()].slice(0, mostRisks);
}
