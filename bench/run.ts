import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { botRows } from "./bot.ts";
import { diagnoseRows } from "./diagnose.ts";
import { messageRows } from "./messages.ts";
import { printTable } from "./table.ts";

/** Prints what was measured, in one run on one machine: medians, and ratios of two things measured in turn. It judges nothing. */
execFileSync(process.execPath, [join(import.meta.dirname, "../scripts/build.ts")], { stdio: "inherit" });
printTable([...(await botRows()), ...(await diagnoseRows()), ...messageRows()]);
process.exit(0);
