import { refusals } from "./refusals.ts";
import { type Request, apps, batch, core } from "./request.ts";

const get = (
  what: string,
  path: string,
  expected: Omit<Request, "what" | "path" | "method" | "as" | "status"> & { as?: Request["as"]; status?: number },
): Request => ({
  what,
  path,
  as: "reader",
  method: "GET",
  status: 200,
  ...expected,
});
const objects: readonly Request[] = [
  get("a pod", `${core}/pods/alder`, { kind: "Pod" }),
  get("a secret", `${core}/secrets/contract-pull`, { kind: "Secret" }),
  get("a service account", `${core}/serviceaccounts/contract`, { kind: "ServiceAccount" }),
  get("an event", `${core}/events/alder.1`, { kind: "Event" }),
  get("a deployment", `${apps}/deployments/web`, { kind: "Deployment" }),
  get("a replica set", `${apps}/replicasets/web-1`, { kind: "ReplicaSet" }),
  get("a stateful set", `${apps}/statefulsets/store`, { kind: "StatefulSet" }),
  get("a daemon set", `${apps}/daemonsets/agent`, { kind: "DaemonSet" }),
  get("a job", `${batch}/jobs/once`, { kind: "Job" }),
  get("a cron job", `${batch}/cronjobs/nightly`, { kind: "CronJob" }),
  get("a lease", "/apis/coordination.k8s.io/v1/namespaces/{ns}/leases/contract", { kind: "Lease" }),
  get("a namespace", core, { kind: "Namespace" }),
];

const onNodes = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";

const lists: readonly Request[] = [
  get("pods, by name", `${core}/pods`, { kind: "PodList", names: ["alder", "birch", "cedar"] }),
  get("events of pods", `${core}/events?fieldSelector=involvedObject.kind%3DPod`, {
    kind: "EventList",
    names: ["alder.1", "alder.2", "birch.1"],
  }),
  get("deployments", `${apps}/deployments`, { kind: "DeploymentList", names: ["web"] }),
  get("cron jobs", `${batch}/cronjobs`, { kind: "CronJobList", names: ["nightly"] }),
  get("names and labels only", `${core}/pods`, {
    kind: "PartialObjectMetadataList",
    names: ["alder", "birch", "cedar"],
    accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
  }),
  get("pods of a namespace that does not exist", "/api/v1/namespaces/imagepull-contract-none/pods", {
    as: "admin",
    kind: "PodList",
    names: [],
  }),
  get("a label that is", `${core}/pods?labelSelector=app%3Dweb`, { kind: "PodList", names: ["alder", "birch"] }),
  get("a label that is not", `${core}/pods?labelSelector=app!%3Dweb`, { kind: "PodList", names: ["cedar"] }),
  get("two labels", `${core}/pods?labelSelector=app%3Dweb,tier%3D%3Dback`, { kind: "PodList", names: ["birch"] }),
  get("a label of a set", `${core}/pods?labelSelector=${encodeURIComponent("app in (jobs, none),tier")}`, {
    kind: "PodList",
    names: ["cedar"],
  }),
  get("a label not of a set", `${core}/pods?labelSelector=${encodeURIComponent("app notin (jobs)")}`, {
    kind: "PodList",
    names: ["alder", "birch"],
  }),
  get("a label that nobody has", `${core}/pods?labelSelector=${encodeURIComponent("!tier")}`, {
    kind: "PodList",
    names: [],
  }),
  get("pods by name field", `${core}/pods?fieldSelector=metadata.name%3Dbirch`, { kind: "PodList", names: ["birch"] }),
  get("pods of no node", `${core}/pods?fieldSelector=spec.nodeName%3D`, {
    kind: "PodList",
    names: ["alder", "birch", "cedar"],
  }),
  get("pods of a node", `${core}/pods?fieldSelector=spec.nodeName%3Dsomewhere`, { kind: "PodList", names: [] }),
  get("pods by phase", `${core}/pods?fieldSelector=status.phase!%3DRunning`, {
    kind: "PodList",
    names: ["alder", "birch", "cedar"],
  }),
  get("events of an object", `${core}/events?fieldSelector=involvedObject.name%3Dalder,involvedObject.kind%3DPod`, {
    kind: "EventList",
    names: ["alder.1", "alder.2"],
  }),
  get(
    "events by uid and reason",
    `${core}/events?fieldSelector=involvedObject.uid%3D00000000-0000-4000-a000-000000000001,reason%3DFailed`,
    {
      kind: "EventList",
      names: ["alder.1", "birch.1"],
    },
  ),
  get("events by type and source", `${core}/events?fieldSelector=type%3DNormal,source%3Dkubelet`, {
    kind: "EventList",
    names: ["alder.2"],
  }),
  get("pods on nodes that have not ended", `${core}/pods?fieldSelector=${encodeURIComponent(onNodes)}`, {
    kind: "PodList",
    names: [],
  }),
  get("pods of all namespaces by name field", "/api/v1/pods?fieldSelector=metadata.namespace%3D{ns}", {
    as: "admin",
    kind: "PodList",
    names: ["alder", "birch", "cedar"],
  }),
  get(
    "the deployed release",
    `${core}/secrets?labelSelector=${encodeURIComponent("owner=helm,name=web,status=deployed")}`,
    {
      kind: "SecretList",
      names: ["sh.helm.release.v1.web.v1"],
    },
  ),
  get("all releases, one a page", `${core}/secrets?limit=1&labelSelector=owner%3Dhelm`, {
    kind: "SecretList",
    names: ["sh.helm.release.v1.web.v0"],
  }),
  get("secrets by type", `${core}/secrets?fieldSelector=type%3DOpaque`, {
    kind: "SecretList",
    names: ["contract-other"],
  }),
];

const about: readonly Request[] = [
  get("the version", "/version", { as: "admin" }),
  get("whether it is ready", "/readyz", { as: "admin", text: "ok", accept: "*/*" }),
  get("the version without a token", "/version", { as: "nobody" }),
  {
    what: "may I list pods here",
    as: "pods-only",
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { namespace: "{ns}", verb: "list", resource: "pods" } },
    },
    status: 201,
    kind: "SelfSubjectAccessReview",
  },
];

export const requests: readonly Request[] = [...objects, ...lists, ...refusals, ...about];
