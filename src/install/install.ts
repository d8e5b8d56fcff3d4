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
  /** The image that runs there now; null where nothing is installed, or where that cannot be read. */
  installedImage(namespace: string): Promise<string | null>;
  /** Server-side apply; what changed hands is taken over. */
  apply(manifest: Manifest): Promise<Result<void>>;
}

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
  const image = options.image ?? (await chooseImage(namespace, target?.ok === true ? target.value : null, io));

  const plan = manifests({ namespace, image, secrets: options.secrets === true });
  if (options.dryRun === true) {
    io.out(plan.map((manifest) => stringify(manifest, { lineWidth: 0 })).join("---\n"));
    io.err(nextSteps({ namespace, image, secrets: options.secrets === true }));
    return 0;
  }
  if (target?.ok !== true) return 2;
  for (const manifest of plan) {
    const applied = await target.value.apply(manifest);
    if (!applied.ok) return fail(io, applied.error);
    io.out(`${manifest.kind.toLowerCase()}/${manifest.metadata.name} applied\n`);
  }
  io.err(nextSteps({ namespace, image, secrets: options.secrets === true }));
  return 0;
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
