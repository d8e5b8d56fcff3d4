import { at, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix, podEvents } from "./commands.ts";
import { orRetry, probe } from "./repull-commands.ts";
import { cannotPull, secrets } from "./words.ts";

/** The kubelet waits, and does not say for what. */
export const backoffOnly = cause({
  id: "backoff-only",
  title: "Only the back-off is known",
  headline: (context) => {
    if (context.facts.secrets !== undefined)
      return say`${cannotPull(context)} so far: ${secrets(context)} is newer than the last try, and not tried yet`;
    return context.facts.since === undefined
      ? say`${cannotPull(context)}, and only the back-off is known, not why`
      : say`${cannotPull(context)} so far: the image is newer than the last try, and is there now`;
  },
  explain: () =>
    say`The kubelet waits longer between tries, up to five minutes. Kubelets before 1.32 do not repeat the error meanwhile, and the event that told it may have expired.`,
  fixes: (context) => [
    fix(
      context.facts.retryAt === undefined
        ? say`Wait for the next try and look at its event.`
        : say`The next try is at ${at(context.facts.retryAt)}: look at its event.`,
      podEvents(context),
    ),
    ...orRetry(context),
    ...probe(context, say`Or see what the kubelet meets, and touch no pod: a pod of its own only pulls the image.`),
  ],
  recognised:
    "`Back-off pulling image …`, `ErrImagePull` or `ImagePullBackOff`, and no word more. Also where the last try failed, and a pull secret that fits has been written since, or the image been built since, and the registry gives it now.",
});
