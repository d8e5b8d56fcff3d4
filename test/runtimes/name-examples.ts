// Writes down which rule decides which of the recorded messages that rules may be written from; the held-out ones are not looked at.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recognise } from "../../src/diagnosis/messages/recognise.ts";
import { rules } from "../../src/diagnosis/messages/rules.ts";
import { undisguised } from "../diagnosis/messages/disguise.ts";
import { recordedPulls } from "../diagnosis/messages/recordings.ts";

const most = 5;
const examples = recordedPulls().filter(({ example }) => example);
const decided = Map.groupBy(examples, (pull) => recognise(undisguised(pull))?.rule.split("+").at(-1));
const table = Object.fromEntries(
  rules.flatMap(({ id }) => {
    // One of each runtime first, then others.
    const mine = decided.get(id) ?? [];
    const first = mine.filter(({ runtime }, at) => mine.findIndex((other) => other.runtime === runtime) === at);
    const chosen = [...new Set([...first, ...mine])].slice(0, most);
    return chosen.length === 0 ? [] : [[id, chosen.map(({ id: name }) => name)]];
  }),
);
const file = join(import.meta.dirname, "../diagnosis/messages/examples.json");
writeFileSync(file, `${JSON.stringify(table, null, 2)}\n`);
execFileSync(join(import.meta.dirname, "../../node_modules/.bin/oxfmt"), [file]);
