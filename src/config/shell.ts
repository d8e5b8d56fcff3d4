import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ConfigSource } from "../config.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";
import { type RegistrySettings, usualRegistrySettings } from "../registry/registry.ts";

/**
 * How the shell asks registries, by the same file as the bot; the error is each mistake in it, one sentence after another. Where no file is
 * named, and none lies in the folder, nothing that reads one is loaded: the shell starts anew for each question.
 */
export async function registrySettingsOfShell(source: ConfigSource): Promise<Result<RegistrySettings, BadInput>> {
  const { environment, path, folder } = source;
  const isNamed = (path ?? environment["IMAGEPULL_CONFIG"] ?? "").trim() !== "";
  if (!isNamed && !existsSync(join(folder, "imagepull.yaml"))) return success(usualRegistrySettings);
  const { readSettings } = await import("../config.ts");
  const settings = readSettings(source);
  if (settings.ok) return success(settings.value.registry);
  return badInput(settings.error.map(({ sentence }) => sentence).join(" "));
}
