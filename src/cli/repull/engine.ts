import { keptPod } from "../../repull/run/bare-pod.ts";
import { resumeRepull, runRepull } from "../../repull/run/run.ts";
import { underWay } from "../../repull/run/under-way.ts";

/** What plans are run with: loaded when one is asked for. */
export const engine = { keptPod, resumeRepull, runRepull, underWay };
export type Engine = Readonly<typeof engine>;
