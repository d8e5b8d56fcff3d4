import type { Settled } from "./runner.ts";

/** Values of this machine, and what a text holds in their place: where nobody could fill them in, a value that any cluster may have. */
const everywhere: readonly (readonly [RegExp, string])[] = [
  [/\S*\/containerd\.sock/g, "/run/containerd/containerd.sock"],
  [/\/[^\s"':]*\/containerd\/root\//g, "/var/lib/containerd/"],
  [/\/[^\s"':]*\/containerd\/state\//g, "/run/containerd/"],
  [/\/[^\s"':]*\/kubelet\/pods\//g, "/var/lib/kubelet/pods/"],
  [/ on \d+(?:\.\d+){3}:53/g, " on 10.0.0.2:53"],
  [/127\.0\.0\.1:\d+->127\.0\.0\.1:\d+/g, "10.0.0.11:40112->10.0.0.12:443"],
  [/dial tcp 127\.0\.0\.1:\d+/g, "dial tcp 10.0.0.12:443"],
  [/ in \d[\d.]*m?s \(\d[\d.]*m?s including waiting\)/g, " in {duration} ({total} including waiting)"],
  [/current time \S+ is after \S+/g, "current time 2026-06-02T08:00:00Z is after 2026-06-01T08:00:00Z"],
  [/elsewhere\.imagepull\.test/g, "elsewhere.example"],
  [/\b127\.0\.0\.1:\d+/g, "10.0.0.5:5000"],
  // Of containers and sandboxes; what has `sha256:` before it is left as it is.
  [/(?<!sha256:)\b[0-9a-f]{64}\b/g, "4c1e0a".repeat(11).slice(0, 64)],
  [/Image size: \d+ bytes/g, "Image size: {size} bytes"],
];

/** What an image's parts are called in the texts about it. */
function partsOf(image: string): [string, string][] {
  const [, name = "", tag, digest] = /^(.+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const named = slash > 0 && /[.:]/.test(first);
  const host = named ? first : "docker.io";
  const repository = named ? name.slice(slash + 1) : name.includes("/") ? name : `library/${name}`;
  const end = digest ? `@${digest}` : `:${tag ?? "latest"}`;
  const api = host === "docker.io" ? "registry-1.docker.io" : host;
  const manifest = (to: string): string => `${api}/v2/${repository}/manifests/${to}`;
  return [
    ...["http", "https"].map((scheme): [string, string] => [
      `${scheme}://${manifest(digest ?? tag ?? "latest")}`,
      `{scheme}://{host}/v2/{repository}/manifests/${digest ? "{digest}" : "{tag}"}`,
    ]),
    [`${host}/${repository}${end}`, "{reference}"],
    ...(digest ? ([[digest, "{digest}"]] as [string, string][]) : []),
    [`[manifests ${tag ?? "latest"}]`, "[manifests {tag}]"],
    [`host ${api}`, "host {host}"],
    [`lookup ${host.replace(/:\d+$/, "")}`, "lookup {host}"],
    [host.includes(":") && !/^[\d.]+:/.test(host) ? host.replace(/:\d+$/, "") : "", "{host}"],
    [repository, "{repository}"],
  ];
}

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

export interface Scrubber {
  (text: string): string;
}

/** Puts placeholders for all that belongs to this one pod of this one run; what they mean is told in src/playground/recording.ts. */
export function scrubber({ placed, namespace, pods }: Settled, image: string, container: string): Scrubber {
  const pod = pods[0];
  const secrets = placed.objects.flatMap(
    (object) => (object["spec"] as { imagePullSecrets?: { name: string }[] } | undefined)?.imagePullSecrets ?? [],
  );
  const literal: [string, string][] = [
    ...partsOf(image),
    [pod?.metadata.uid ?? "", "{uid}"],
    [namespace, "{namespace}"],
    [pod?.metadata.name ?? "", "{pod}"],
    [pod?.spec.nodeName ?? "", "{node}"],
    ...secrets.map(({ name }): [string, string] => [name, "{secret}"]),
  ];
  const words: [RegExp, string][] = [[new RegExp(`\\b${container}\\b`, "g"), "{container}"]];
  return (text) => {
    // The kubelet quotes the image as the pod's spec has it, the runtime in full.
    let scrubbed = text.replaceAll(
      new RegExp(`(?<=(?:[Pp]ull|[Pp]ulling|pulled|ontainer) image "|image (?:tag|name) ")${escape(image)}(?=")`, "g"),
      "{image}",
    );
    for (const [value, placeholder] of literal) if (value !== "") scrubbed = scrubbed.replaceAll(value, placeholder);
    for (const [pattern, placeholder] of [...words, ...everywhere])
      scrubbed = scrubbed.replaceAll(pattern, placeholder);
    return scrubbed;
  };
}

/** For texts that belong to no pod. */
export const scrubMachine: Scrubber = (text) =>
  everywhere.reduce((scrubbed, [pattern, to]) => scrubbed.replaceAll(pattern, to), text);
