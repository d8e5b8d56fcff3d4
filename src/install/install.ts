import { stringify } from "yaml";
import { parseImageReference } from "../diagnosis/image-reference.ts";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { manifests, slackSecret } from "./manifests.ts";
import type { InstallPlan, Manifest } from "./manifests.ts";

/** What the shell was asked: `imagepull install [--secrets] [--dry-run] [--namespace NS] [--image REF]`. */
export interface InstallOptions {
  readonly secrets?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly image?: string | undefined;
}

/** The cluster that is installed into. Errors of the API server come as one sentence. */
export interface InstallTarget {
  readonly cluster: string;
  /** As the API server tells it: `v1.34.4`, `v1.32.1-eks-…`. */
  version(): Promise<Result<string>>;
  /** The image that runs there now; null where nothing is installed, or where that cannot be read. */
  installedImage(namespace: string): Promise<string | null>;
  /** Server-side apply; what changed hands is taken over. */
  apply(manifest: Manifest): Promise<Result<void>>;
  /** Waits until the API server serves the resource of a CustomResourceDefinition. */
  established(definition: string): Promise<Result<void>>;
}

/** The first minor release of Kubernetes 1 that can select custom resources by their fields. */
const oldest = 31;

export interface InstallIo {
  /** Asked for only when it is needed: `--dry-run` with an image works without a cluster. */
  readonly target: () => Promise<Result<InstallTarget>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The version of imagepull, which the image without a name gets as its tag. */
  readonly version: string;
}

/** Installs the bot, or prints what would be installed. Answers the exit code. */
export async function install(options: InstallOptions, io: InstallIo): Promise<number> {
  const namespace = options.namespace ?? "imagepull";
  const checked = check(namespace, options.image);
  if (!checked.ok) return fail(io, checked.error);

  const target = options.image === undefined || options.dryRun !== true ? await io.target() : null;
  if (options.dryRun !== true && target?.ok === false) return fail(io, target.error);
  const fits = options.dryRun !== true && target?.ok === true ? await isNewEnough(target.value) : success(undefined);
  if (!fits.ok) return fail(io, fits.error);
  const image = options.image ?? (await chooseImage(namespace, target?.ok === true ? target.value : null, io));

  const plan = manifests({ namespace, image, secrets: options.secrets === true });
  if (options.dryRun === true) {
    io.out(plan.map((manifest) => stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n"));
    io.err(nextSteps({ namespace, image, secrets: options.secrets === true }));
    return 0;
  }
  if (target?.ok !== true) return 2;
  for (const manifest of plan) {
    const applied = await put(manifest, target.value);
    if (!applied.ok) return fail(io, applied.error);
    io.out(`${manifest.kind.toLowerCase()}/${manifest.metadata.name} applied\n`);
  }
  io.err(nextSteps({ namespace, image, secrets: options.secrets === true }));
  return 0;
}

/** What comes after a definition may need it: the bot begins by listing what it defines. */
async function put(manifest: Manifest, target: InstallTarget): Promise<Result<void>> {
  const applied = await target.apply(manifest);
  return applied.ok && manifest.kind === "CustomResourceDefinition"
    ? target.established(manifest.metadata.name)
    : applied;
}

async function isNewEnough(target: InstallTarget): Promise<Result<void>> {
  const read = await target.version();
  if (!read.ok) return read;
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(read.value) ?? [];
  if (Number(major) > 1 || (Number(major) === 1 && Number(minor) >= oldest)) return success(undefined);
  return badInput(
    `${target.cluster} runs Kubernetes ${read.value}, and imagepull needs 1.${oldest} or later: nothing has been installed.`,
  );
}

/** An image that runs already is kept: granting a right must not change what runs. */
async function chooseImage(namespace: string, target: InstallTarget | null, io: InstallIo): Promise<string> {
  const installed = target === null ? null : await target.installedImage(namespace);
  if (installed !== null) {
    io.err(`image: ${installed}, as it is installed in ${target?.cluster}; --image changes it.\n`);
    return installed;
  }
  const image = `imagepull:${io.version}`;
  io.err(`image: ${image}; push it to where your nodes can pull it, and name it with --image.\n`);
  return image;
}

function check(namespace: string, image: string | undefined): Result<void, BadInput> {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    return badInput(
      `--namespace ${JSON.stringify(namespace)} is no namespace: small letters, digits and -, at most 63 (RFC 1123).`,
    );
  const reference = image === undefined ? null : parseImageReference(image);
  if (reference?.ok === false) return badInput(`--image: ${reference.error.sentence}.`);
  return success(undefined);
}

function fail(io: InstallIo, error: BadInput): number {
  io.err(`${error.sentence}\n`);
  return 2;
}

/** What is still to do by hand: the tokens, which never pass through here, and the rights that were not asked for. */
function nextSteps({ namespace, secrets }: InstallPlan): string {
  const lines = [
    `next: kubectl -n ${namespace} create secret generic ${slackSecret} --from-literal=SLACK_BOT_TOKEN=xoxb-… --from-literal=SLACK_APP_TOKEN=xapp-… (docs/install.md)`,
  ];
  if (!secrets) lines.push("secrets cannot be read without --secrets: the credentials step will be unknown.");
  return `${lines.join("\n")}\n`;
}
