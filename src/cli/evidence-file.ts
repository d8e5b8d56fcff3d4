import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { type Evidence, evidenceSchema } from "../diagnosis/evidence.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";

/** Reads what `--save` wrote; `-` is standard input. The error is one sentence. */
export async function loadEvidence(file: string, stdin: () => Promise<string>): Promise<Result<Evidence, BadInput>> {
  const what = file === "-" ? "standard input" : file;
  let content: string;
  try {
    content = file === "-" ? await stdin() : readFileSync(file, "utf8");
  } catch (error) {
    return badInput(`${what} cannot be read (${codeOf(error)}): name a file that imagepull diagnose --save wrote.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return badInput(`${what} is not JSON: name a file that imagepull diagnose --save wrote.`);
  }
  const parsed = evidenceSchema.safeParse(value);
  if (parsed.success) return success(parsed.data);
  return badInput(`${what} ${whyNot(value, parsed.error.issues[0])}`);
}

function whyNot(value: unknown, issue: { readonly path: readonly PropertyKey[] } | undefined): string {
  const version: unknown =
    typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (version === undefined)
    return "is no evidence, since it has no version: name a file that imagepull diagnose --save wrote.";
  if (version !== 1)
    return `is evidence of version ${(JSON.stringify(version) ?? "").slice(0, 20)}, and this imagepull reads version 1: use a newer imagepull.`;
  return `is evidence with a wrong value at ${issue?.path.map(String).join(".") ?? "its top"}: save it anew with imagepull diagnose --save.`;
}

/** Writes evidence for the owner's eyes only, also where the file was there before. */
export function saveEvidence(file: string, evidence: Evidence): Result<null, BadInput> {
  try {
    writeFileSync(file, `${JSON.stringify(evidence, null, 2)}\n`, { mode: 0o600 });
    chmodSync(file, 0o600);
    return success(null);
  } catch (error) {
    return badInput(
      `the evidence cannot be saved to ${file} (${codeOf(error)}): name a file in a folder that you may write to.`,
    );
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unreadable";
