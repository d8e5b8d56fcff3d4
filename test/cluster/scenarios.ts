import { credentialScenarios } from "./scenarios/credentials.ts";
import { registryScenarios } from "./scenarios/registry.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { workloadScenarios } from "./scenarios/workload.ts";

export type { Placed, Scenario } from "./scenarios/scenario.ts";

/** All failures that can be had side by side in one cluster. Those that disturb their neighbours are in disturbances.ts. */
export const scenarios: readonly Scenario[] = [...registryScenarios, ...credentialScenarios, ...workloadScenarios];
