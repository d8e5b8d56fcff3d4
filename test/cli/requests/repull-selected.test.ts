import { describe, expect, it } from "vitest";
import { read } from "../../support/evidence.ts";
import { markOf } from "../repull-harness.ts";
import { ask, fingerprint, name, there } from "./asking.ts";

describe("carried out just now, of pods that were selected by their labels", () => {
  const only = ["checkout-0", "checkout-1"];
  const asked = { container: null, tag: null, image: null, only, selector: null };
  const deleting = { strategy: "delete-pods", restartedAt: null, evicts: "all", asked } as const;
  const selecting = ["-l", "app=checkout", "-n", "shop", "--strategy", "delete-pods"];

  it.each<[string, readonly string[], boolean, RegExp]>([
    ["the same ones: found", only, true, /^Asked already: .*It is Executing: It is being carried out\./u],
    [
      "others by now, since some have gone: the request that holds it off is named",
      ["checkout-1", "new-0"],
      true,
      /^refused: another re-pull is under way: delete-pods \(request checkout-[0-9a-f]{16}-1\)/u,
    ],
    [
      "the same ones, by hand and by their names: by which labels is not known",
      only,
      false,
      /^refused: another re-pull is under way: delete-pods, since/u,
    ],
  ])("%s", async (_what, value, isAsked, words) => {
    const request = there({ phase: "Executing", message: "It is being carried out" });
    const mark = markOf({ ...deleting, fingerprint, request: isAsked ? { name, uid: request.uid } : null });
    const { out, err, ran, shelf } = await ask(
      selecting,
      { requests: [request] },
      { mark, case: { strategy: "delete-pods", policy: "Always" }, selected: read(value) },
    );
    expect({ ran, writes: shelf.writes }).toEqual({ ran: [], writes: [] });
    expect(out === "" ? err : out).toMatch(words);
  });
});
