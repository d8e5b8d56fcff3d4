import { type Resource, resources } from "./resources.ts";

const groups = (): string[] => [...new Set(resources.map(({ group }) => group).filter((group) => group !== ""))];
const versionOf = (group: string): string => resources.find((one) => one.group === group)?.version ?? "v1";

const apiResource = ({ plural, singular, namespaced, kind, shortNames }: Resource): Record<string, unknown> => ({
  name: plural,
  singularName: singular,
  namespaced,
  kind,
  verbs: ["create", "delete", "get", "list", "patch", "update"],
  ...(shortNames.length > 0 ? { shortNames } : {}),
});

const apiGroup = (group: string): Record<string, unknown> => {
  const version = { groupVersion: `${group}/${versionOf(group)}`, version: versionOf(group) };
  return { name: group, versions: [version], preferredVersion: version };
};

/** The discovery documents, so that kubectl can be pointed at the simulated cluster too; undefined for any other path. */
export function discovery(path: string, host: string): Record<string, unknown> | undefined {
  const trimmed = path.replace(/\/$/, "");
  if (trimmed === "/api") {
    return {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
    };
  }
  if (trimmed === "/apis") return { kind: "APIGroupList", apiVersion: "v1", groups: groups().map(apiGroup) };
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(trimmed);
  if (match === null) return undefined;
  const [, core, group = "", version] = match;
  if (core === undefined && !groups().includes(group)) return undefined;
  if (core === undefined && version === undefined) return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(group) };
  const served = resources.filter((one) => one.group === group && one.version === (core ?? version));
  if (served.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(core === undefined ? { apiVersion: "v1" } : {}),
    groupVersion: core ?? `${group}/${version}`,
    resources: served.map(apiResource),
  };
}
