// Adds up the runners' reports and prints the closing line. Usage: count.mjs FOLDER FAILED_STAGES
// Exit 1 when anything failed, a report is missing or empty, or a stage failed for another reason than a test.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder = ".", failedStages = "0"] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const runner of ["unit", "cluster"]) {
  const file = join(folder, `${runner}.json`);
  if (!existsSync(file)) {
    console.log(`${runner}: no report`);
    failed += 1;
    continue;
  }
  const report = JSON.parse(readFileSync(file, "utf8"));
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  );
  for (const { name, message } of broken) console.log(`${runner}: ${name} could not run: ${message}`);
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  if (skipped > 0) console.log(`${runner}: ${skipped} skipped, which counts as failed`);
  if (report.numTotalTests === 0) console.log(`${runner}: no test ran`);
  console.log(`${runner}: ${report.numPassedTests} passed, ${report.numFailedTests} failed`);
  passed += report.numPassedTests;
  failed += report.numFailedTests + broken.length + skipped + (report.numTotalTests === 0 ? 1 : 0);
}
if (failed === 0) failed = Number(failedStages);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
