import { describe, expect, it } from "vitest";
import { type Case, image } from "../repull/case.ts";
import { read } from "../support/evidence.ts";
import { call, outcomeOf } from "./repull-harness.ts";

describe("set-image without an image", () => {
  const args = ["deploy/checkout", "--strategy", "set-image"];
  const setImage: Case = { strategy: "set-image" };
  const tags = read(["3.0.0", "2.9.9", "2.4.1", "2.4.0"]);

  it("off a terminal the newest tags are named", async () => {
    const { code, err, tagsAsked } = await call(args, { case: setImage, tags });
    expect(code).toBe(2);
    expect(err).toBe(
      "set-image needs to know which image: add --tag with a tag of the same repository (newest: 3.0.0, 2.9.9, 2.4.1, 2.4.0), or --image with a whole reference.\n",
    );
    expect(tagsAsked.map(({ image: of }) => of)).toEqual([image]);
  });

  it("or why there are none", async () => {
    const unread = { status: "forbidden", reason: "ghcr.io does not list them" } as const;
    expect((await call(args, { case: setImage, tags: unread })).err).toMatch(
      /\(its tags could not be listed: ghcr\.io does not list them\)/u,
    );
  });

  it("on a terminal it is asked for, with the tags to choose from", async () => {
    const { code, questions, completions, ran, err } = await call(args, {
      case: setImage,
      tags,
      typed: [" 3.0.0 ", "y"],
      engine: { runRepull: () => Promise.resolve(outcomeOf("Succeeded")) },
    });
    expect({ code, questions }).toEqual({ code: 0, questions: ["Tag: ", "Run it? [y/N] "] });
    expect(completions[0]).toEqual(["3.0.0", "2.9.9", "2.4.1", "2.4.0"]);
    expect(err).toContain("Newest: 3.0.0, 2.9.9");
    expect(ran).toMatchObject([{ how: "run", with: { parameters: { tag: "3.0.0" } } }]);
  });

  it.each([null, "", "  "])("%j is no tag", async (typed) => {
    const { code, err, ran } = await call(args, { case: setImage, tags, typed: [typed] });
    expect({ code, ran }).toEqual({ code: 2, ran: [] });
    expect(err).toContain("no tag was given, and nothing was changed.");
  });

  it("a typed reference is the same sentence as in the command", async () => {
    expect((await call(args, { case: setImage, tags, typed: ["a/b:1"] })).err).toMatch(/a whole reference/u);
  });

  it("an unknown container is said before anybody is asked", async () => {
    const { code, questions } = await call([...args, "--container", "x"], { case: setImage, tags, typed: ["3.0.0"] });
    expect({ code, questions }).toEqual({ code: 2, questions: [] });
  });
});

describe("delete-pods by labels", () => {
  const args = ["-l", "app=web", "--strategy", "delete-pods", "--yes"];
  const twoPods: Case = { strategy: "delete-pods", policy: "Always", pods: ["b", "b"] };

  it("is for the pods that have them now", async () => {
    const { ran } = await call(args, {
      case: twoPods,
      selected: read(["checkout-1"]),
      engine: { runRepull: () => Promise.resolve(outcomeOf("Succeeded")) },
    });
    expect(ran).toMatchObject([{ with: { parameters: { strategy: "delete-pods", only: ["checkout-1"] } } }]);
  });

  it.each([
    [read([]), /no pod with labels app=web is left in namespace shop/u],
    [{ status: "forbidden", reason: "pods: forbidden" } as const, /could not be read: pods: forbidden/u],
  ])("%j", async (selected, sentence) => {
    const { code, err, ran } = await call(args, { case: twoPods, selected });
    expect({ code, ran }).toEqual({ code: 2, ran: [] });
    expect(err).toMatch(sentence);
  });
});
