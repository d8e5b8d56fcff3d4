import type { Who } from "./api.ts";
import { everybody } from "./example.ts";
import type { Grant } from "./stand.ts";

/** Each with exactly these rights in the test's namespace. */
export const dana: Who = { name: "dana" };
export const omar: Who = { name: "omar" };
export const lena: Who = { name: "lena" };
export const rita: Who = { name: "rita" };
export const lou: Who = { name: "lou" };
/** RBAC lets her do everything with requests, decisions and their status: what she is refused, a policy refuses. */
export const mallory: Who = { name: "mallory" };
/** No right at all. */
export const nora: Who = { name: "nora" };
/** Whoever the API server knows by such a name is no person of Slack to us. */
export const slackNamed: Who = { name: "slack:T1:U9" };
/** As many groups as a request can name. */
export const joiner: Who = { name: "joiner", groups: Array.from({ length: 255 }, (_, index) => `team-${index}`) };
export const groupsOfJoiner: readonly string[] = [
  ...Array.from({ length: 255 }, (_, index) => `team-${index}`),
  everybody,
];

const requests = "repullrequests";

export const grants: readonly Grant[] = [
  { to: "dana", role: "imagepull-ask" },
  { to: "omar", role: "imagepull-decide" },
  { to: "lena", role: [{ resources: [requests], verbs: ["create", "restart"] }] },
  { to: "rita", role: "imagepull-ask" },
  { to: "rita", role: [{ resources: [requests], verbs: ["set-repository", "run-unproven"] }] },
  { to: "lou", role: "imagepull-look" },
  { to: "mallory", role: [{ resources: [requests, `${requests}/status`, "repulldecisions"], verbs: ["*"] }] },
  { to: "slack:T1:U9", role: "imagepull-ask" },
  { to: "slack:T1:U9", role: "imagepull-decide" },
  { to: "joiner", role: "imagepull-ask" },
];
