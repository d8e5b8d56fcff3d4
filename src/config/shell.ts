import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConfigSource } from "../config.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";
import type { FileSettings } from "./file.ts";
import { type RegistrySettings, usualRegistrySettings } from "../registry/registry.ts";

/**
 * How the shell asks registries, by the same file as the bot; the error is each mistake in it, one sentence after another. Where no file is
 * named, and none lies in the folder, nothing that reads one is loaded: the shell starts anew for each question.
 */
export async function registrySettingsOfShell(source: ConfigSource): Promise<Result<RegistrySettings, BadInput>> {
  const settings = await fileOfShell(source);
  if (settings === null) return success(usualRegistrySettings);
  return settings.ok ? success(settings.value.registry) : settings;
}

/** For how many seconds what is asked for can be decided, by the same file; null where none says it. */
export async function expiryOfShell(source: ConfigSource): Promise<number | null> {
  const settings = await fileOfShell(source);
  return settings?.ok === true ? settings.value.approvals.expiresAfterSeconds : null;
}

async function fileOfShell(source: ConfigSource): Promise<Result<FileSettings, BadInput> | null> {
  const { environment, path, folder } = source;
  const isNamed = (path ?? environment["IMAGEPULL_CONFIG"] ?? "").trim() !== "";
  if (!isNamed && !existsSync(join(folder, "imagepull.yaml"))) return null;
  const { readSettings } = await import("../config.ts");
  const settings = readSettings(source);
  return settings.ok ? settings : badInput(settings.error.map(({ sentence }) => sentence).join(" "));
}
