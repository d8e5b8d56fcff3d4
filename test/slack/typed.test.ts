import { describe, expect, it } from "vitest";
import { afterMention } from "../../src/slack/listeners/events/mention.ts";
import { asWritten, clean, readAsked } from "../../src/slack/typed.ts";
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

describe("a message as it was written", () => {
  it.each([
    ["links with a name", "lookup <http://ghcr.io|ghcr.io> on", "lookup ghcr.io on"],
    ["links without one", 'Get "<https://ghcr.io/v2/>": EOF', 'Get "https://ghcr.io/v2/": EOF'],
    ["escapes and smart quotes", "\u201Ca\u201D &lt;b&gt; &amp;amp; it\u2019s", '"a" <b> &amp; it\'s'],
    ["lines, and no code ticks", "```\na\n  b\n```", "a\n  b"],
    ["people", "<@U0DANA> says <@U0SAM|sam>: <!here>", "says sam: here"],
  ])("has its %s", (_, text, written) => expect(asWritten(text)).toBe(written));

  it("is read up to Slack's 40,000 characters, in time that does not grow with the square", () => {
    const begun = performance.now();
    for (const text of ["<".repeat(1e6), "<@".repeat(5e5), "<a|".repeat(4e5), "a ".repeat(5e5), "&amp;".repeat(2e5)])
      expect(asWritten(text).length).toBeLessThanOrEqual(40_000);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe("what was asked", () => {
  const mistyped = (sentence: string, target: string | null): object => ({ verb: "mistyped", sentence, target });
  const question = (said: string, target: string | null): object => ({ verb: "unknown", said, nearest: null, target });
  const diagnose = (target: object, typed: string): object => ({ verb: "diagnose", target, typed });
  it.each<[string, object]>([
    ["", { verb: "help" }],
    ["HELP", { verb: "help" }],
    ["whoami", { verb: "whoami" }],
    ["whoami -n shop", { verb: "whoami", namespace: "shop" }],
    ["whoami --namespace=shop", { verb: "whoami", namespace: "shop" }],
    ["whoami —namespace shop", { verb: "whoami", namespace: "shop" }],
    ["whoami shop", mistyped("whoami takes a namespace and nothing else, for instance: whoami -n shop", null)],
    ["requests approve web-1", { verb: "requests", words: ["approve", "web-1"] }],
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
    ["diagnose", { verb: "mistyped", sentence: expect.stringContaining("needs to know what"), target: null }],
    ["explain", { verb: "mistyped", sentence: expect.stringContaining("explain needs the message"), target: null }],
    ["Explain  the moon\nis full", { verb: "explain", message: "the moon\nis full" }],
    [
      "explain `Failed to pull image \u201C<http://ghcr.io/a/b:1|ghcr.io/a/b:1>\u201D: a &lt; b`",
      { verb: "explain", message: 'Failed to pull image "ghcr.io/a/b:1": a < b' },
    ],
    [
      'Failed to pull image "a/b:1": x509: certificate has expired',
      { verb: "explain", message: 'Failed to pull image "a/b:1": x509: certificate has expired' },
    ],
    ["diagnose shop pod/web", mistyped("diagnose takes one target, not 2: shop, pod/web.", "shop/pod/web")],
    ["diagnose shop/web please", mistyped("diagnose takes one target, not 2: shop/web, please.", null)],
    ["diagnose web -x", mistyped("diagnose does not know -x: it takes -n NAMESPACE and -l SELECTOR.", null)],
    ["diagnos shop/web", { verb: "unknown", said: "diagnos", nearest: "diagnose", target: "shop/web" }],
    ["helb", { verb: "unknown", said: "helb", nearest: "help", target: null }],
    ["shop/web", { verb: "unknown", said: "shop/web", nearest: null, target: "shop/web" }],
    ["web -n shop", { verb: "unknown", said: "web", nearest: null, target: "web -n shop" }],
    ["why is it broken", question("why", null)],
    ["what is wrong with pod-x", question("what", "pod-x")],
    ["what is wrong with shop/web?", question("what", "shop/web")],
    ["why is pod-x in namespace shop in ImagePullBackOff", question("why", "pod-x -n shop")],
    ["what happens with checkout", question("what", "checkout")],
    ["what is wrong with it", question("what", null)],
  ])("%j", (text, asked) => expect(readAsked(text, parseTarget)).toEqual(asked));
});

it.each([
  ["<@UBOT> diagnose web", " diagnose web"],
  ["hey <@UBOT|imagepull> diagnose web", " diagnose web"],
  ["diagnose web <@UBOT>", "diagnose web "],
  ["<@UBOT>", ""],
])("a mention in %j asks %j", (text, asked) => expect(afterMention(text, "UBOT").trim()).toBe(asked.trim()));
