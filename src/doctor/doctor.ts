import type { Config } from "../config.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { missing, ok, optional } from "./check.ts";
import type { Check } from "./check.ts";
import { checkCluster } from "./cluster.ts";
import type { ClusterProbe } from "./cluster.ts";
import { checkSlack } from "./slack.ts";

export interface DoctorWorld {
  readonly nodeVersion: string;
  readonly config: Result<Config, readonly BadInput[]>;
  readonly probe: () => Promise<Result<ClusterProbe, BadInput>>;
}

/** From here on the HTTP agent answers to a proxy. */
const oldestNode = [22, 21] as const;

/** Everything that `serve` needs, looked at one by one; what can be asked at once is. */
export async function examine({ nodeVersion, config, probe }: DoctorWorld): Promise<Check[]> {
  const [cluster, slack] = await Promise.all([
    probe().then((found) => checkCluster(found, config.ok ? config.value.access.look : "members")),
    config.ok ? checkSlack(config.value.slack, config.value.channel) : [],
  ]);
  return [
    checkNode(nodeVersion),
    ...checkConfig(config),
    ...cluster,
    ...slack,
    ...(config.ok ? [checkAlertToken(config.value)] : []),
  ];
}

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isEnough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  return isEnough
    ? ok("Node.js", version)
    : missing("Node.js", `${version} is too old`, `Install ${oldestNode.join(".")} or later from https://nodejs.org`);
}

function checkConfig(config: DoctorWorld["config"]): Check[] {
  if (!config.ok)
    return config.error.map(({ sentence }) => missing("configuration", sentence, "See docs/configuration.md."));
  const mode = config.value.slack.mode === "socket" ? "Socket Mode" : "HTTP mode";
  return [ok("configuration", `${mode}, listens on ${config.value.host}:${config.value.port}`)];
}

function checkAlertToken({ alertToken }: Config): Check {
  return alertToken === null
    ? optional(
        "alert token",
        "IMAGEPULL_ALERT_TOKEN is not set: alerts are refused",
        "Make one with openssl rand -hex 24, and set it here and in Alertmanager.",
      )
    : ok("alert token", "is set");
}
