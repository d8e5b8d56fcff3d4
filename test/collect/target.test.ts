import { describe, expect, it } from "vitest";
import { parseTarget } from "../../src/collect/target.ts";
import type { TargetRequest } from "../../src/core.ts";

const bare = (name: string, namespace: string | null = null): TargetRequest => ({
  kind: "pod-or-any",
  namespace,
  name,
});
const object = (
  resource: "Pod" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob",
  name: string,
  namespace: string | null = null,
): TargetRequest => ({
  kind: "object",
  namespace,
  resource,
  name,
});
const labels = (selector: string, namespace: string | null = null): TargetRequest => ({
  kind: "selector",
  namespace,
  selector,
});

describe("what people type and paste as a target", () => {
  it.each<[string, TargetRequest]>([
    ["web-7d4f9c-x2k8p", bare("web-7d4f9c-x2k8p")],
    ["shop/web-7d4f9c-x2k8p", bare("web-7d4f9c-x2k8p", "shop")],
    ["pod/web", object("Pod", "web")],
    ["po/web", object("Pod", "web")],
    ["deploy/web", object("Deployment", "web")],
    ["deployments/web", object("Deployment", "web")],
    ["deployment.apps/web", object("Deployment", "web")],
    ["Deployment/web", object("Deployment", "web")],
    ["deployment web", object("Deployment", "web")],
    ["shop/deploy/web", object("Deployment", "web", "shop")],
    ["sts/db", object("StatefulSet", "db")],
    ["ds/agent", object("DaemonSet", "agent")],
    ["rs/web-7d4f9c", object("ReplicaSet", "web-7d4f9c")],
    ["job.batch/import", object("Job", "import")],
    ["cj/backup", object("CronJob", "backup")],
    ["-l app=web", labels("app=web")],
    ["pods -l app=web", labels("app=web")],
    ["-l app=web,tier!=cache -n shop", labels("app=web,tier!=cache", "shop")],
    ["web -n shop", bare("web", "shop")],
    ["--namespace=shop deploy/web", object("Deployment", "web", "shop")],
    // Copied from chats, mails and phones.
    ["“web-1”", bare("web-1")],
    ["`deploy/web`", object("Deployment", "web")],
    ["\u00a0web\u00a0", bare("web")],
    ["web\u200b-1\ufeff", bare("web-1")],
    ["web-1.", bare("web-1")],
    ["(web-1),", bare("web-1")],
    ["web-1?", bare("web-1")],
    // A kind without a name may be a name.
    ["deploy/", bare("deploy")],
    ["deploy/web/", object("Deployment", "web")],
    ["Web-1", bare("web-1")],
    ["web —n shop", bare("web", "shop")],
    ["web.example", bare("web.example")],
  ])("%j is read", (text, expected) => {
    expect(parseTarget(text)).toEqual({ ok: true, value: expected });
  });
});

describe("the flags of the shell", () => {
  it("-n names the namespace", () => {
    expect(parseTarget("web", { namespace: "shop" })).toEqual({ ok: true, value: bare("web", "shop") });
  });
  it("-n may repeat what the text says", () => {
    expect(parseTarget("shop/web", { namespace: "shop" })).toEqual({ ok: true, value: bare("web", "shop") });
  });
  it("-l alone is a target", () => {
    expect(parseTarget("", { selector: "app in (web, api)", namespace: "shop" })).toEqual({
      ok: true,
      value: labels("app in (web, api)", "shop"),
    });
  });
});

describe("nonsense gets a sentence with a way out", () => {
  it.each([
    ["", "no target was given"],
    ["   ", "no target was given"],
    ["what is wrong with my pod", "is more than one target"],
    ["svc/web", '"svc/web" has no pods of its own'],
    ["shop/svc/web", '"svc" is no kind that makes pods'],
    ["a/b/c/d", '"a/b/c/d" is no target'],
    ["web_1", '"web_1" is no name of a pod or workload'],
    ["shop//web", '"shop//web" is no target'],
    ["../../etc/passwd", "is no"],
    ["-x web", '"-x" is no option of a target'],
    ["-l", "-l needs a value"],
    ["-l =web", "is no label selector"],
    ["web -l app=web", "were both given"],
    ["web -n Ö", '"Ö" is no name of a namespace'],
    ["💥", "is no name of a pod or workload"],
    ["a".repeat(300), "is no name of a pod or workload"],
  ])("%j: %s", (text, words) => {
    const result = parseTarget(text);
    const sentence = result.ok ? `taken as ${JSON.stringify(result.value)}` : result.error.sentence;
    expect(sentence).toContain(words);
    expect(sentence).toMatch(/\.$/);
    expect(sentence.length).toBeLessThan(250);
  });

  it("two namespaces do not fit together", () => {
    expect(parseTarget("shop/web", { namespace: "billing" })).toEqual({
      ok: false,
      error: { sentence: 'two namespaces were given, "shop" and "billing": leave one out.' },
    });
  });

  it("control characters are not repeated", () => {
    const result = parseTarget("\u001b[31mweb");
    expect(result.ok ? "" : result.error.sentence).not.toContain("\u001b");
  });
});
