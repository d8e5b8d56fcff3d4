import { definitionOf } from "./custom/definitions.ts";
import type { Resource } from "./resources.ts";

const groupsOf = (resources: readonly Resource[]): string[] => [
  ...new Set(resources.map(({ group }) => group).filter((group) => group !== "")),
];

const apiResource = ({ plural, singular, namespaced, kind, shortNames }: Resource): Record<string, unknown> => ({
  name: plural,
  singularName: singular,
  namespaced,
  kind,
  verbs: ["create", "delete", "get", "list", "patch", "update"],
  ...(shortNames.length > 0 ? { shortNames } : {}),
});

/** Of the kinds whose status is written apart. */
const statusOf = ({ plural, namespaced, kind, group, version }: Resource): Record<string, unknown>[] =>
  definitionOf({ apiVersion: `${group}/${version}`, kind })?.hasStatus === true
    ? [{ name: `${plural}/status`, singularName: "", namespaced, kind, verbs: ["get", "patch", "update"] }]
    : [];

const apiGroup = (resources: readonly Resource[], group: string): Record<string, unknown> => {
  const { version: name = "v1" } = resources.find((one) => one.group === group) ?? {};
  const version = { groupVersion: `${group}/${name}`, version: name };
  return { name: group, versions: [version], preferredVersion: version };
};

/** The discovery documents, so that kubectl can be pointed at the simulated cluster too; undefined for any other path. */
export function discovery(
  path: string,
  host: string,
  resources: readonly Resource[],
): Record<string, unknown> | undefined {
  const groups = groupsOf(resources);
  const trimmed = path.replace(/\/$/, "");
  if (trimmed === "/api") {
    return {
      kind: "APIVersions",
      versions: ["v1"],
      serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
    };
  }
  if (trimmed === "/apis")
    return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map((group) => apiGroup(resources, group)) };
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(trimmed);
  if (match === null) return undefined;
  const [, core, group = "", version] = match;
  if (core === undefined && !groups.includes(group)) return undefined;
  if (core === undefined && version === undefined)
    return { kind: "APIGroup", apiVersion: "v1", ...apiGroup(resources, group) };
  const served = resources.filter((one) => one.group === group && one.version === (core ?? version));
  if (served.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(core === undefined ? { apiVersion: "v1" } : {}),
    groupVersion: core ?? `${group}/${version}`,
    resources: served.flatMap((one) => [apiResource(one), ...statusOf(one)]),
  };
}
