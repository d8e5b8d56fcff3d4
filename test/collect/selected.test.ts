import { afterEach, beforeEach, expect, it } from "vitest";
import { podsSelected } from "../../src/collect/selected.ts";
import { type World, world } from "../cluster-reads/connected.ts";
import type { Behaviour, KubeObject } from "../support/fake-api.ts";
import { pod } from "../support/kube-objects.ts";
import { paged } from "./paged.ts";

let here: World;
beforeEach(() => {
  here = world();
});
afterEach(() => here.stop());

const some = [pod("web-1", { labels: { app: "web" } }), pod("db-1", { labels: { app: "db" } })];
const answering = (pages: number): Behaviour => ({
  answers: { "/api/v1/namespaces/shop/pods": paged(pages, "web-") },
});

it.each<[string, readonly KubeObject[], Behaviour, unknown]>([
  ["the pods with a label", some, {}, { status: "ok", value: ["web-1"] }],
  ["all pages", [], answering(2), { status: "ok", value: ["web-0", "web-1"] }],
  [
    "not some of more",
    [],
    answering(21),
    { status: "failed", reason: "only 20 pods in namespace shop were listed, and there are more" },
  ],
  ["none that may not be listed", some, { forbidden: ["list pods"] }, expect.objectContaining({ status: "forbidden" })],
])("%s", async (_what, objects, behaviour, expected) => {
  const { reader } = await here.start(objects, behaviour);
  expect(await podsSelected(reader, "shop", "app=web")).toEqual(expected);
});
