import type { TestNode } from "../cluster.ts";
import { output } from "../programs.ts";

const here = { folder: "/", home: "/" };
const ctr = ({ containerdSocket }: TestNode): readonly string[] => [
  "--address",
  containerdSocket,
  "--namespace",
  "k8s.io",
];

/** Ids of the containers that have a process which runs. */
export async function aliveContainers(node: TestNode): Promise<ReadonlySet<string>> {
  const rows = (await output("ctr", [...ctr(node), "tasks", "ls"], here)).split("\n").map((row) => row.split(/\s+/));
  return new Set(rows.flatMap(([id, , status]) => (id !== undefined && status === "RUNNING" ? [id] : [])));
}

/** Takes every image of these repositories off the node, under each of its names. Containers that run keep their files. */
export async function forgetRepositories(node: TestNode, names: readonly string[]): Promise<void> {
  const images = [...ctr(node), "images"];
  const rows = (await output("ctr", [...images, "ls"], here))
    .split("\n")
    .slice(1)
    .map((row) => row.split(/\s+/));
  const isTheirs = (image: string): boolean =>
    names.some((name) => image.startsWith(`${name}:`) || image.startsWith(`${name}@`));
  // One more entry for each, by the digest of its config, names no repository.
  const digests = new Set(rows.flatMap(([image = "", , digest]) => (isTheirs(image) && digest ? [digest] : [])));
  const gone = rows.flatMap(([image, , digest]) => (image && digest && digests.has(digest) ? [image] : []));
  if (gone.length > 0) await output("ctr", [...images, "rm", ...gone], here);
}
