import { stateFolder } from "./cluster.ts";

/** A cluster of its own for each container runtime whose words a diagnosis has to know. */
interface Runtime {
  readonly name: string;
  /** What its scripts and its tests are told beside what everybody is. */
  readonly environment: Readonly<Record<string, string>>;
}

const chosen = process.env["IMAGEPULL_TEST_CONTAINERD"];
const portBase = Number(process.env["IMAGEPULL_TEST_PORT_BASE"] ?? 26_000);

/** The system's (Debian's 1.6), and what current nodes run; IMAGEPULL_TEST_CONTAINERD asks for one version alone. */
export const runtimes: readonly [Runtime, ...Runtime[]] = chosen
  ? [{ name: `containerd ${chosen}`, environment: {} }]
  : [
      { name: "containerd of the system", environment: {} },
      {
        name: "containerd 2.4.2",
        environment: {
          IMAGEPULL_TEST_CONTAINERD: "2.4.2",
          IMAGEPULL_TEST_STATE: `${stateFolder()}-containerd-2`,
          IMAGEPULL_TEST_PORT_BASE: String(portBase + 3_000),
          IMAGEPULL_TEST_POD_SUBNET: "10.215.0.0/24",
        },
      },
    ];
