import { describe, expect, it } from "vitest";
import { parseDockerConfig } from "../../src/diagnosis/docker-config.ts";
import { parseImageReference } from "../../src/diagnosis/image-reference.ts";
import type { MatchingEntry } from "../../src/diagnosis/keyring.ts";
import { lookupFails, matchingEntries, parseRegistryKey } from "../../src/diagnosis/keyring.ts";
import { askOracle, Dice } from "./oracle.ts";
import type { Question } from "./pull-secrets.ts";
import { PullSecretGenerator } from "./pull-secrets.ts";

const count = 10_000;

interface Answer {
  readonly failed: boolean;
  readonly users: readonly string[];
}

function ours({ image, secrets }: Question): Answer & { readonly entries: readonly MatchingEntry[] } {
  const reference = parseImageReference(image);
  const read = secrets.map(({ name, type, data }) => ({ name, dockerConfig: parseDockerConfig(type, data) }));
  if (!reference.ok || lookupFails(read) !== null) return { failed: true, users: [], entries: [] };
  const entries = matchingEntries(reference.value, read);
  return { failed: false, users: entries.map(({ username }) => username ?? ""), entries };
}

/** Keys that come down to one location stand in a Go map if one secret holds them: the kubelet takes them in any order. */
function inAnyOrder(entries: readonly MatchingEntry[], users: readonly string[]): string[] {
  const location = ({ secret, key }: MatchingEntry): string => {
    const { host = "", path = "" } = parseRegistryKey(key) ?? {};
    return JSON.stringify([secret, host, path.replace(/^\/v[12](?=\/)/, "").replace(/^\/$/, "")]);
  };
  const ordered: string[] = [];
  for (let at = 0; at < users.length;) {
    let end = at + 1;
    while (end < entries.length && location(entries[end]!) === location(entries[at]!)) end += 1;
    ordered.push(...users.slice(at, end).toSorted());
    at = end;
  }
  return ordered;
}

describe("pull secrets are searched as the kubelet searches them", () => {
  it(`on ${count} generated pairs of secrets and an image`, () => {
    const dice = new Dice();
    const generator = new PullSecretGenerator(dice);
    const questions = Array.from({ length: count }, () => generator.question());
    const answers = askOracle<Answer>("keyring-oracle", questions);
    const outcomes: Record<string, number> = {};
    const different: object[] = [];
    let ordered = 0;
    for (const [index, answer] of answers.entries()) {
      const question = questions[index]!;
      const { failed, users, entries } = ours(question);
      const theirs = inAnyOrder(entries, answer.users).join();
      if (inAnyOrder(entries, answer.users.toReversed()).join() !== theirs) ordered += 1;
      const equal =
        failed === answer.failed &&
        users.length === answer.users.length &&
        inAnyOrder(entries, users).join() === theirs;
      const outcome = answer.failed
        ? "the look-up fails"
        : `${Math.min(answer.users.length, 4)}${answer.users.length > 3 ? " or more" : ""} tried`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (!equal)
        different.push({
          ...decoded(question),
          ours: failed ? "fails" : users,
          theirs: answer.failed ? "fails" : answer.users,
        });
    }
    console.log(`keyring, seed ${dice.seed}: ${different.length} of ${count} differ; the order matters in ${ordered}`);
    console.table(outcomes);
    expect(different).toEqual([]);
    expect(ordered).toBeGreaterThan(count / 20);
    for (const outcome of ["the look-up fails", "0 tried", "1 tried", "2 tried", "3 tried", "4 or more tried"]) {
      expect(outcomes[outcome], outcome).toBeGreaterThan(count / 100);
    }
  });
});

const decoded = ({ image, secrets }: Question): object => ({
  image,
  secrets: secrets.map(({ type, data }) => [
    type,
    ...Object.values(data).map((value) => Buffer.from(value, "base64").toString()),
  ]),
});
