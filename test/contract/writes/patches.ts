import { apps } from "../request.ts";
import { type WriteRequest, deployment, image, json, merge, strategic } from "./write-request.ts";

/** Patches that are done. */
export const patches: readonly WriteRequest[] = [
  {
    what: "a strategic merge finds containers by their name",
    given: [deployment("smp")],
    method: "PATCH",
    path: `${apps}/deployments/smp`,
    type: strategic,
    body: {
      metadata: { uid: "{uid}", resourceVersion: "{version}", annotations: { added: "yes" } },
      spec: { template: { spec: { containers: [{ name: "helper", image: "127.0.0.1:1/none:2" }] } } },
    },
    status: 200,
    kind: "Deployment",
    afterwards: [
      `${apps}/deployments/smp`,
      {
        metadata: { generation: 2, annotations: { kept: "yes", added: "yes" } },
        spec: {
          template: {
            spec: {
              containers: [
                { name: "app", image, imagePullPolicy: "IfNotPresent" },
                { name: "helper", image: "127.0.0.1:1/none:2", imagePullPolicy: "Always" },
              ],
            },
          },
        },
      },
    ],
  },
  {
    what: "a strategic merge adds pull secrets, and null takes an annotation away",
    given: [deployment("smp-secrets")],
    first: [
      {
        method: "PATCH",
        path: `${apps}/deployments/smp-secrets`,
        type: strategic,
        body: { spec: { template: { spec: { imagePullSecrets: [{ name: "one" }] } } } },
      },
    ],
    method: "PATCH",
    path: `${apps}/deployments/smp-secrets`,
    type: strategic,
    body: {
      metadata: { annotations: { kept: null } },
      spec: { template: { spec: { imagePullSecrets: [{ name: "two" }] } } },
    },
    status: 200,
    afterwards: [
      `${apps}/deployments/smp-secrets`,
      { spec: { template: { spec: { imagePullSecrets: [{ name: "two" }, { name: "one" }] } } } },
    ],
  },
  {
    what: "an annotation alone is a new generation of a deployment",
    given: [deployment("note")],
    method: "PATCH",
    path: `${apps}/deployments/note`,
    type: strategic,
    body: { metadata: { annotations: { added: "yes" } } },
    status: 200,
    afterwards: [`${apps}/deployments/note`, { metadata: { generation: 2 } }],
  },
  {
    what: "a patch that changes nothing is none",
    given: [deployment("same")],
    method: "PATCH",
    path: `${apps}/deployments/same`,
    type: strategic,
    body: { metadata: { annotations: { kept: "yes" } }, spec: { replicas: 0 } },
    status: 200,
    afterwards: [`${apps}/deployments/same`, { metadata: { generation: 1 } }],
  },
  {
    what: "a merge patch replaces a list whole",
    given: [deployment("merged")],
    method: "PATCH",
    path: `${apps}/deployments/merged`,
    type: merge,
    body: { spec: { template: { spec: { containers: [{ name: "only", image }] } } } },
    status: 200,
    afterwards: [
      `${apps}/deployments/merged`,
      { spec: { template: { spec: { containers: [{ name: "only", image }] } } } },
    ],
  },
  {
    what: "a JSON patch whose test holds",
    given: [deployment("tested")],
    method: "PATCH",
    path: `${apps}/deployments/tested`,
    type: json,
    body: [
      { op: "test", path: "/metadata/uid", value: "{uid}" },
      { op: "test", path: "/metadata/annotations/kept", value: "yes" },
      { op: "add", path: "/metadata/annotations/imagepull.dev~1added", value: "yes" },
      { op: "replace", path: "/spec/template/spec/containers/0/image", value: "127.0.0.1:1/none:3" },
      { op: "remove", path: "/metadata/annotations/kept" },
    ],
    status: 200,
    afterwards: [
      `${apps}/deployments/tested`,
      {
        metadata: { annotations: { "imagepull.dev/added": "yes" } },
        spec: { template: { spec: { containers: [{ image: "127.0.0.1:1/none:3" }, { image }] } } },
      },
    ],
  },
  {
    what: "a JSON patch whose test fails",
    given: [deployment("untested")],
    method: "PATCH",
    path: `${apps}/deployments/untested`,
    type: json,
    body: [
      { op: "add", path: "/metadata/annotations/added", value: "yes" },
      { op: "test", path: "/metadata/annotations/kept", value: "no" },
    ],
    status: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
    afterwards: [`${apps}/deployments/untested`, { metadata: { annotations: { kept: "yes" }, generation: 1 } }],
  },
  {
    what: "a JSON patch that removes what is not there",
    given: [deployment("unremoved")],
    method: "PATCH",
    path: `${apps}/deployments/unremoved`,
    type: json,
    body: [{ op: "remove", path: "/metadata/annotations/none" }],
    status: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
  },
];
