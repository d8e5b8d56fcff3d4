import type { TestNode } from "../cluster.ts";
import { output } from "../programs.ts";

/** Takes every image of these repositories off the node, under each of its names. Containers that run keep their files. */
export async function forgetRepositories({ containerdSocket }: TestNode, names: readonly string[]): Promise<void> {
  const ctr = ["--address", containerdSocket, "--namespace", "k8s.io", "images"];
  const here = { folder: "/", home: "/" };
  const rows = (await output("ctr", [...ctr, "ls"], here))
    .split("\n")
    .slice(1)
    .map((row) => row.split(/\s+/));
  const isTheirs = (image: string): boolean =>
    names.some((name) => image.startsWith(`${name}:`) || image.startsWith(`${name}@`));
  // One more entry for each, by the digest of its config, names no repository.
  const digests = new Set(rows.flatMap(([image = "", , digest]) => (isTheirs(image) && digest ? [digest] : [])));
  const gone = rows.flatMap(([image, , digest]) => (image && digest && digests.has(digest) ? [image] : []));
  if (gone.length > 0) await output("ctr", [...ctr, "rm", ...gone], here);
}
