import { describe, expect, it } from "vitest";
import { stopped } from "../../../src/approvals/desk/sentences.ts";

describe("a sentence ends with one full stop, and a command that is there to be copied with none", () => {
  it.each([
    ["it is over", "it is over."],
    ["it is over.", "it is over."],
    ["did you mean web?", "did you mean web?"],
    [
      "eve may not create pods; who may grant it types: kubectl create role r --user=eve",
      "eve may not create pods; who may grant it types: kubectl create role r --user=eve",
    ],
    [
      "it is yours. Take it back with: imagepull requests cancel web",
      "it is yours. Take it back with: imagepull requests cancel web",
    ],
    ["kubectl is not there", "kubectl is not there."],
  ])("%s", (words, sentence) => expect(stopped(words)).toBe(sentence));
});
