import { describe, expect, it } from "vitest";
import { afterMention } from "../../src/slack/listeners/events/mention.ts";
import { clean, readAsked } from "../../src/slack/typed.ts";
import { parseTarget } from "./support/stage.ts";

describe("text as Slack hands it on", () => {
  it.each([
    ["plain", "diagnose shop/web", "diagnose shop/web"],
    ["a space that does not break", "diagnose\u00A0shop/web", "diagnose shop/web"],
    ["many spaces and tabs", "  diagnose \t shop/web ", "diagnose shop/web"],
    ["a zero width space", "diagnose \u200Bshop/web", "diagnose shop/web"],
    ["marks that turn the direction of text", "diagnose \u202Eshop/web\u202C", "diagnose shop/web"],
    ["smart quotes", "diagnose \u201Cshop/web\u201D", "diagnose shop/web"],
    ["code ticks", "diagnose `shop/web`", "diagnose shop/web"],
    ["bold", "diagnose *shop/web*", "diagnose shop/web"],
    ["a dash in place of two", "diagnose web \u2014namespace shop", "diagnose web --namespace shop"],
    ["a dash in place of one", "diagnose web \u2013n shop", "diagnose web -n shop"],
    ["a link with a name", "diagnose <http://shop.example.com|shop.example.com>", "diagnose shop.example.com"],
    ["a link without a name", "diagnose <https://shop.example.com/web>", "diagnose shop.example.com/web"],
    ["a person with a name", "diagnose <@U0DANA|dana>", "diagnose dana"],
    ["a person without a name", "<@U0DANA> diagnose web", "diagnose web"],
    ["a channel", "diagnose <#C1|web>", "diagnose web"],
    ["escapes", "diagnose -l a&lt;b&amp;&amp;c&gt;d", "diagnose -l a<b&&c>d"],
    ["an escape of an escape", "&amp;lt;", "&lt;"],
    ["half a surrogate pair", "diagnose \uD800web", "diagnose \uFFFDweb"],
  ])("%s", (_, typed, meant) => expect(clean(typed)).toBe(meant));

  it("is read up to 1,000 characters, in time that does not grow with the square", () => {
    const begun = performance.now();
    for (const text of ["<".repeat(1e6), "<@".repeat(5e5), "a ".repeat(5e5), "&amp;".repeat(2e5)])
      expect(clean(text).length).toBeLessThanOrEqual(1_000);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe("what was asked", () => {
  const diagnose = (target: object, typed: string): object => ({ verb: "diagnose", target, typed });
  it.each<[string, object]>([
    ["", { verb: "help" }],
    ["HELP", { verb: "help" }],
    ["whoami", { verb: "whoami" }],
    ["diagnose web", diagnose({ kind: "pod-or-any", namespace: null, name: "web" }, "web")],
    ["Diagnose shop/web", diagnose({ kind: "pod-or-any", namespace: "shop", name: "web" }, "shop/web")],
    [
      "diagnose deploy web -n shop",
      diagnose({ kind: "object", namespace: "shop", resource: "Deployment", name: "web" }, "deploy web -n shop"),
    ],
    [
      "diagnose -n shop deploy/web",
      diagnose({ kind: "object", namespace: "shop", resource: "Deployment", name: "web" }, "-n shop deploy/web"),
    ],
    [
      "diagnose web --namespace=shop",
      diagnose({ kind: "pod-or-any", namespace: "shop", name: "web" }, "web --namespace=shop"),
    ],
    [
      "diagnose -l app=web -n shop",
      diagnose({ kind: "selector", namespace: "shop", selector: "app=web" }, "-l app=web -n shop"),
    ],
    ["diagnose", { verb: "mistyped", sentence: expect.stringContaining("needs to know what") }],
    ["diagnose shop/web please", { verb: "mistyped", sentence: "diagnose takes one target, not 2: shop/web, please." }],
    [
      "diagnose web -x",
      { verb: "mistyped", sentence: "diagnose does not know -x: it takes -n NAMESPACE and -l SELECTOR." },
    ],
    ["diagnos shop/web", { verb: "unknown", said: "diagnos", nearest: "diagnose", target: "shop/web" }],
    ["helb", { verb: "unknown", said: "helb", nearest: "help", target: null }],
    ["shop/web", { verb: "unknown", said: "shop/web", nearest: null, target: "shop/web" }],
    ["web -n shop", { verb: "unknown", said: "web", nearest: null, target: "web -n shop" }],
    ["why is it broken", { verb: "unknown", said: "why", nearest: null, target: null }],
  ])("%j", (text, asked) => expect(readAsked(text, parseTarget)).toEqual(asked));
});

it.each([
  ["<@UBOT> diagnose web", " diagnose web"],
  ["hey <@UBOT|imagepull> diagnose web", " diagnose web"],
  ["diagnose web <@UBOT>", "diagnose web "],
  ["<@UBOT>", ""],
])("a mention in %j asks %j", (text, asked) => expect(afterMention(text, "UBOT").trim()).toBe(asked.trim()));
