import type { PullCase } from "./cases.ts";
import { account } from "../cluster/registries/places.ts";
import { literal } from "./hosts.ts";

const escapeRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** The parts of an image's name as it was written. */
export interface Parts {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

export function partsOf(image: string): Parts {
  const [, host = "", repository = "", tag = "", digest = ""] =
    /^([^/]+)\/(.+?)(?::([\w][\w.-]*))?(?:@(\w+:[0-9a-f]+))?$/.exec(image) ?? [];
  return { host, repository, tag, digest };
}

type Named = Pick<PullCase, "image" | "anyHost" | "anyName">;

/** Values of the moment and of this machine, and what any cluster may have in their place. */
const everywhere: readonly (readonly [RegExp, string])[] = [
  [/\/\S*?\/containerd\.sock/g, "/run/containerd/containerd.sock"],
  [/ on 127\.0\.0\.53:53/g, " on 10.96.0.10:53"],
  [/->127\.0\.0\.53:53/g, "->10.96.0.10:53"],
  [/\b(?:127\.0\.0\.1|203\.0\.113\.\d+):\d+->/g, "10.0.0.11:40112->"],
  [/\b(?:203\.0\.113|198\.51\.100|192\.0\.2)\.\d+:(\d+)/g, "10.0.0.12:$1"],
  [/\b127\.0\.0\.1:\d+/g, "10.0.0.12:5000"],
  [/current time \S+ is (after|before) [^\s"\\]+/g, "current time 2026-06-02T08:00:00Z is $1 2026-06-01T08:00:00Z"],
  [/(?<=sha256:)[0-9a-f]{64}\b/g, "{other}"],
  // Of containers and sandboxes.
  [/\b[0-9a-f]{64}\b/g, "4c1e0a".repeat(11).slice(0, 64)],
  // Of folders and files that are made for one pull.
  [/(?<=[A-Za-z])\d{8,}\b/g, "123456789"],
  [/\b\d+\.\d+(?:ms|s)\b/g, "1.5s"],
];

/** Puts placeholders for all that belongs to this one pull: {host} (where any registry would do), {repository}, {tag}, {digest}, {user}. */
export function scrub(
  text: string,
  { image, anyHost, anyName }: Named,
  folders: readonly (readonly [string, string])[],
): string {
  const { host, ...name } = partsOf(image);
  const { repository, tag, digest } = anyName ? name : { repository: "", tag: "", digest: "" };
  let scrubbed = text.replaceAll("\r", "").trim();
  scrubbed = scrubbed.replaceAll(/\b127\.0\.0\.1:\d+->127\.0\.0\.1:\d+/g, "10.0.0.11:40112->10.0.0.12:5000");
  for (const [folder, path] of folders) scrubbed = scrubbed.replaceAll(folder, path);
  const whole = (value: string): RegExp => new RegExp(`(?<![\\w.])${escapeRegExp(value)}(?![\\w]|\\.\\w)`, "g");
  const pairs: (readonly [string | RegExp, string])[] = [
    [account.password, "{password}"],
    [whole(account.user), "{user}"],
    [digest, "{digest}"],
    [repository === "" ? "" : whole(repository), "{repository}"],
    [repository === "" ? "" : encodeURIComponent(repository), "{repository%}"],
    [anyHost ? host : "", "{host}"],
    [host === literal || !anyHost ? "" : host.replace(/:\d+$/, ""), "{host}"],
    [tag === "" ? "" : whole(tag), "{tag}"],
  ];
  for (const [value, placeholder] of pairs) if (value !== "") scrubbed = scrubbed.replaceAll(value, placeholder);
  for (const [pattern, to] of everywhere) scrubbed = scrubbed.replaceAll(pattern, to);
  return scrubbed;
}

/** The image with placeholders, as a wrapper around the text will name it. */
export function template({ image, anyHost, anyName }: Named): string {
  const { host, tag, digest } = partsOf(image);
  if (!anyName) return anyHost ? image.replace(host, "{host}") : image;
  return `${anyHost ? "{host}" : host}/{repository}${tag === "" ? "" : ":{tag}"}${digest === "" ? "" : "@{digest}"}`;
}
