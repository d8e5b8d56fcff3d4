import { type Request, apps, core } from "../request.ts";

/** A write, the objects that it is about, and what stands there afterwards. `{uid}` and `{version}` are those of the first object. */
export interface WriteRequest extends Omit<Request, "as"> {
  readonly as?: Request["as"];
  /** Made before, by their collection's path. */
  readonly given?: readonly (readonly [collection: string, object: object])[];
  /** Writes before that, each of which has to be done. */
  readonly first?: readonly Pick<Request, "method" | "path" | "type" | "body">[];
  /** Read afterwards: part of what is there, or null where nothing is. */
  readonly afterwards?: readonly [path: string, part: object | null];
  /** Part of the answer. */
  readonly answer?: object;
}

export const strategic = "application/strategic-merge-patch+json";
export const merge = "application/merge-patch+json";
export const json = "application/json-patch+json";
export const other = "00000000-0000-4000-a000-000000000001";
export const image = "127.0.0.1:1/none:1";

export const podSpec = (more: object = {}): object => ({
  containers: [
    { name: "app", image },
    { name: "helper", image, imagePullPolicy: "Always" },
  ],
  // Nobody schedules it: it stays as it was created, on both sides.
  schedulerName: "contract",
  automountServiceAccountToken: false,
  ...more,
});
export const pod = (name: string, more: object = {}): readonly [string, object] => [
  `${core}/pods`,
  { metadata: { name, labels: { app: name } }, spec: podSpec(more) },
];
const selector = { selector: { matchLabels: { workload: "w" } } };
const template = { metadata: { labels: { workload: "w" } }, spec: podSpec() };
export const deployment = (name: string): readonly [string, object] => [
  `${apps}/deployments`,
  { metadata: { name, annotations: { kept: "yes" } }, spec: { replicas: 0, paused: true, ...selector, template } },
];
export const secret = (name: string): readonly [string, object] => [
  `${core}/secrets`,
  { metadata: { name }, type: "Opaque" },
];

export const recreated = (uid: string): string =>
  `the UID in the precondition (${other}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
