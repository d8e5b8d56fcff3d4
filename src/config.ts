import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEnvironment } from "./config/environment.ts";
import type { Environment, EnvironmentSettings } from "./config/environment.ts";
import { parseSettings } from "./config/file.ts";
import type { FileSettings } from "./config/file.ts";
import { failure, success } from "./diagnosis/result.ts";
import type { BadInput, Result } from "./diagnosis/result.ts";

/** Where the settings come from; the folder and the file reader come in, so that a test needs neither. */
export interface ConfigSource {
  readonly environment: Environment;
  /** `--config`; without it IMAGEPULL_CONFIG, else `imagepull.yaml` in the working folder, which may be missing. */
  readonly path?: string | undefined;
  readonly folder: string;
  readonly read?: (path: string) => string;
}

/** All that `serve` is told: by environment what differs by installation or is secret, by file everything else. */
export type Config = EnvironmentSettings & FileSettings;

type Mistakes = readonly BadInput[];

/** The settings of the bot, or one sentence for each mistake, of both places at once. */
export function readConfig(source: ConfigSource): Result<Config, Mistakes> {
  const environment = readEnvironment(source.environment);
  const file = readSettings(source);
  if (environment.ok && file.ok) return success({ ...environment.value, ...file.value });
  return failure([...(environment.ok ? [] : environment.error), ...(file.ok ? [] : file.error)]);
}

/** The settings of `imagepull.yaml` alone, which the shell needs too. */
export function readSettings({
  environment,
  path,
  folder,
  read = readText,
}: ConfigSource): Result<FileSettings, Mistakes> {
  const named = path ?? environment["IMAGEPULL_CONFIG"];
  const isNamed = named !== undefined && named.trim() !== "";
  const file = isNamed ? named.trim() : "imagepull.yaml";
  try {
    return parseSettings(read(isNamed ? file : join(folder, file)), file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (!isNamed && code === "ENOENT") return parseSettings("", file);
    const from = path === undefined ? "IMAGEPULL_CONFIG" : "--config";
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : `it cannot be read (${code || "unknown error"})`;
    return failure([
      { sentence: `${file}: ${why}; ${isNamed ? `${from} names it` : "it is looked for in the working folder"}.` },
    ]);
  }
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}
