import type { BadInput, Result } from "../diagnosis/result.ts";
import { reads, reviews } from "../install/manifests.ts";
import { missing, ok, optional } from "./check.ts";
import type { Check } from "./check.ts";

/** The cluster as the bot would see it. */
export interface ClusterProbe {
  readonly cluster: string;
  /** The API server's version. */
  version(): Promise<Result<string, BadInput>>;
  /** SelfSubjectAccessReview: whether we may, in all namespaces. */
  may(verb: string, group: string, resource: string): Promise<Result<boolean, BadInput>>;
}

const needed = reads.flatMap(({ group, resources }) =>
  resources.flatMap((resource) => ["get", "list"].map((verb) => ({ verb, group, resource: resource as string }))),
);

/** Reachable, and readable in what a diagnosis reads. */
export async function checkCluster(probe: Result<ClusterProbe, BadInput>, look: "members" | "rbac"): Promise<Check[]> {
  if (!probe.ok) return [missing("kubeconfig", "no cluster", probe.error.sentence)];
  const version = await probe.value.version();
  if (!version.ok)
    return [missing("API server", version.error.sentence, "Check the kubeconfig's server, the network and the login.")];
  return [
    ok("API server", `${probe.value.cluster} answers, Kubernetes ${version.value}`),
    ...(await checkRights(probe.value)),
    ...(look === "rbac" ? [await checkReviews(probe.value)] : []),
  ];
}

async function checkRights(probe: ClusterProbe): Promise<Check[]> {
  const [answers, secrets, listed] = await Promise.all([
    Promise.all(
      needed.map(async (right) => ({ ...right, allowed: await probe.may(right.verb, right.group, right.resource) })),
    ),
    probe.may("get", "", "secrets"),
    probe.may("list", "", "secrets"),
  ]);
  const failed = answers.find(({ allowed }) => !allowed.ok)?.allowed;
  if (failed?.ok === false)
    return [missing("RBAC", failed.error.sentence, "The API server does not say what may be read.")];
  const refused = answers
    .filter(({ allowed }) => allowed.ok && !allowed.value)
    .map(({ verb, resource }) => `${verb} ${resource}`);
  return [
    refused.length === 0
      ? ok("RBAC", "may read all that a diagnosis needs")
      : missing("RBAC", `may not ${refused.join(", ")}`, "Grant it: imagepull install --dry-run | kubectl apply -f -"),
    secretsCheck(secrets.ok && secrets.value, listed.ok && listed.value),
  ];
}

function secretsCheck(mayGet: boolean, mayList: boolean): Check {
  if (mayGet && mayList) return ok("RBAC secrets", "may get and list secrets");
  return optional(
    "RBAC secrets",
    mayGet
      ? "may not list secrets: the manifests that Helm keeps will not be looked at"
      : "may not get secrets: the credentials step will be unknown, and registries are asked anonymously",
    "Grant it: imagepull install --secrets --dry-run | kubectl apply -f -",
  );
}

/** Under `access.look: rbac` nobody is let in without it. */
async function checkReviews(probe: ClusterProbe): Promise<Check> {
  const { verb, group, resource } = reviews;
  const allowed = await probe.may(verb, group, resource);
  if (allowed.ok && allowed.value) return ok("RBAC reviews", "may ask who may get pods");
  return missing(
    "RBAC reviews",
    allowed.ok ? `may not ${verb} ${resource}: under access.look: rbac nobody is let in` : allowed.error.sentence,
    "Grant it: imagepull install --dry-run | kubectl apply -f -",
  );
}
