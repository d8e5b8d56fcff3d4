import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Write } from "../../src/world.ts";
import {
  type Writing,
  always,
  budget,
  create,
  evict,
  failure,
  lost,
  missing,
  patch,
  refused,
  remove,
  tested,
  uid,
  untested,
  writing,
} from "./writing.ts";

let here: Writing;
beforeEach(() => {
  here = writing();
});
afterEach(() => here.stop());

describe("what an answer says of a write that is not done, or of which nobody knows", () => {
  it.each<[string, Write, number, object | string, object]>([
    [
      "a right that a person misses",
      patch,
      403,
      missing("eve", "patch", "deployments", "apps"),
      refused(
        "forbidden",
        "eve may not patch deployments.apps in namespace shop; who may grant it types: " +
          "kubectl -n shop create role imagepull-patch-deployments-apps --verb=patch --resource=deployments.apps && " +
          "kubectl -n shop create rolebinding imagepull-patch-deployments-apps --role=imagepull-patch-deployments-apps --user=eve",
      ),
    ],
    [
      "a right that a service account misses",
      evict,
      403,
      missing("system:serviceaccount:ops:bot", "create", "pods/eviction", ""),
      refused(
        "forbidden",
        "system:serviceaccount:ops:bot may not create pods/eviction in namespace shop; who may grant it types: " +
          "kubectl -n shop create role imagepull-create-pods-eviction --verb=create --resource=pods/eviction && " +
          "kubectl -n shop create rolebinding imagepull-create-pods-eviction --role=imagepull-create-pods-eviction --serviceaccount=ops:bot",
      ),
    ],
    [
      "a user whose name a shell would run",
      remove,
      403,
      missing("a;$(rm)'b", "delete", "pods", ""),
      {
        kind: "refused",
        why: "forbidden",
        reason: expect.stringMatching(/--role=imagepull-delete-pods '--user=a;\$\(rm\)'\\''b'$/) as string,
      },
    ],
    [
      "a quota that is used up",
      create,
      403,
      failure(
        "Forbidden",
        'pods "web-1" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
      ),
      refused(
        "forbidden",
        'pods "web-1" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
      ),
    ],
    [
      "PodSecurity",
      create,
      403,
      failure("Forbidden", 'pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'),
      refused("forbidden", 'pods "web-1" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true'),
    ],
    [
      "a webhook, whatever its status, and the secret that it quotes",
      patch,
      400,
      failure("BadRequest", 'admission webhook "policy.test" denied the request: no\n  password=hunter22.'),
      refused("forbidden", 'admission webhook "policy.test" denied the request: no password=[hidden]'),
    ],
    [
      "forbidden by what is no API server",
      patch,
      403,
      "<html>",
      refused("forbidden", "the API server forbids it (403)"),
    ],
    [
      "a login that is refused",
      patch,
      401,
      failure("Unauthorized", "Unauthorized", null),
      refused(
        "forbidden",
        "the API server https://api.test does not accept this login (401): log in again, or name another context",
      ),
    ],
    [
      "an object that is gone",
      patch,
      404,
      failure("NotFound", 'deployments.apps "web" not found', { name: "web", kind: "deployments" }),
      refused("absent", "deployment web in namespace shop does not exist"),
    ],
    [
      "a namespace that is gone",
      create,
      404,
      failure("NotFound", 'namespaces "shop" not found', { name: "shop", kind: "namespaces" }),
      refused("absent", "namespace shop does not exist"),
    ],
    [
      "an API that is not served",
      patch,
      404,
      failure("NotFound", "the server could not find the requested resource"),
      refused("absent", "the API server does not know deployments.apps (404)"),
    ],
    ["an API group that is not served", patch, 404, "404 page not found", { kind: "refused", why: "absent" }],
    [
      "a pod that is there already",
      create,
      409,
      failure("AlreadyExists", 'pods "web-1" already exists', { name: "web-1", kind: "pods" }),
      refused("exists", "pod web-1 in namespace shop exists already"),
    ],
    [
      "an object that was changed",
      patch,
      409,
      failure("Conflict", "Operation cannot be fulfilled on deployments.apps: the object has been modified; please …"),
      refused("conflict", "deployment web in namespace shop has been changed meanwhile"),
    ],
    [
      "a successor of the pod",
      evict,
      409,
      failure(
        "Conflict",
        "the UID in the precondition (a) does not match the UID in record (b). The object might have …",
      ),
      refused(
        "conflict",
        "pod web-1 in namespace shop is not the one that was read: it has been deleted and made anew (another UID)",
      ),
    ],
    [
      "a successor of the pod, in the words of the store",
      remove,
      409,
      failure("Conflict", "Precondition failed: UID in precondition: a, UID in object meta: b"),
      { kind: "refused", why: "conflict" },
    ],
    [
      "a successor of the object, in a patch",
      patch,
      422,
      failure("Invalid", "metadata.uid: Invalid value", uid('Invalid value: "uid-web": field is immutable')),
      refused(
        "conflict",
        "deployment web in namespace shop is not the one that was read: it has been deleted and made anew (another UID)",
      ),
    ],
    [
      "a quota that others write at the same time",
      create,
      409,
      failure("Conflict", "the object has been modified", { name: "q", kind: "resourcequotas" }),
      lost("the API server answers 409: the object has been modified"),
    ],
    [
      "a test that does not hold",
      tested,
      422,
      failure("Invalid", "the server rejected our request due to an error in our request"),
      refused("conflict", "deployment web in namespace shop is not as it was: a test of the patch does not hold"),
    ],
    [
      "a patch without a test that cannot be applied",
      untested,
      422,
      failure("Invalid", "the server rejected our request due to an error in our request"),
      { kind: "refused", why: "invalid" },
    ],
    [
      "a value that is not allowed, though the patch has a test",
      tested,
      422,
      failure("Invalid", 'Deployment.apps "web" is invalid: image: Required value.', {
        causes: [{ reason: "FieldValueRequired", message: "Required value", field: "image" }],
      }),
      refused(
        "invalid",
        'the API server does not take it (422): Deployment.apps "web" is invalid: image: Required value',
      ),
    ],
    [
      "a body that is no JSON",
      patch,
      400,
      failure("BadRequest", "unexpected end of JSON input", null),
      refused("invalid", "the API server does not take it (400): unexpected end of JSON input"),
    ],
    ["a type that is not known", patch, 415, failure("UnsupportedMediaType", ""), { kind: "refused", why: "invalid" }],
    ["a method that is not known", remove, 405, failure("MethodNotAllowed", ""), { kind: "refused", why: "invalid" }],
    ["a body that is too large", create, 413, "", refused("invalid", "the API server does not take it (413)")],
    [
      "a budget that says not now",
      evict,
      429,
      failure(
        "TooManyRequests",
        "Cannot evict pod as it would violate the pod's disruption budget.",
        budget("The disruption budget keep needs 1 healthy pods and has 1 currently"),
      ),
      refused(
        "blocked",
        "a PodDisruptionBudget holds pod web-1 in namespace shop for now: The disruption budget keep needs 1 healthy pods and has 1 currently",
      ),
    ],
    [
      "two budgets over one pod",
      evict,
      500,
      failure(
        "InternalError",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
        null,
      ),
      refused(
        "invalid",
        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support",
      ),
    ],
    [
      "an API server with too many requests",
      evict,
      429,
      failure("TooManyRequests", "too many requests, please try again later"),
      lost("the API server has too many requests (429): too many requests, please try again later"),
    ],
    [
      "a webhook that cannot be reached",
      patch,
      500,
      failure("InternalError", 'Internal error occurred: failed calling webhook "policy.test": connection refused'),
      lost(
        'the API server answers 500: Internal error occurred: failed calling webhook "policy.test": connection refused',
      ),
    ],
    ["an API server that is starting", patch, 503, "", lost("the API server answers 503")],
    ["a proxy that leads elsewhere", patch, 302, "", lost("the API server answers 302")],
  ])("%s", async (_what, write, status, body, expected) => {
    const writer = await here.answering(always(status, body));
    expect(await writer.write(write)).toMatchObject(expected);
    expect(here.got).toHaveLength(status === 401 ? 2 : 1);
  });
});
