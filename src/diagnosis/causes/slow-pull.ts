import { say, since } from "../say.ts";
import { megabytes } from "../pull-speed.ts";
import { cause } from "./cause.ts";
import { fix, podEvents } from "./commands.ts";
import { askedHost, image, subject } from "./words.ts";

/** Silence, which is a symptom too. */
export const slowPull = cause({
  id: "slow-pull",
  title: "The pull is under way",
  headline: (context) => {
    const { since: begun, size } = context.facts;
    const load = size === undefined ? "" : ` (${megabytes(size)})`;
    return say`${subject(context)} is pulling ${image(context)}${load}${begun === undefined ? "" : say`, for ${since(begun)} now`}`;
  },
  explain: (context) =>
    say`The pull has begun and has neither ended nor failed. The image is large, the line slow, or ${askedHost(context)} does not answer: Kubernetes shows no progress, so these look the same.`,
  fixes: (context) => [
    fix(say`Wait, and look again.`, podEvents(context)),
    fix(say`On the node: see what arrives.`, "crictl images && df -h /var/lib/containerd"),
    fix(say`For good: smaller layers, a mirror nearby, or the image pulled ahead of time.`),
  ],
  recognised: "An event `Pulling` without `Pulled` or `Failed`.",
});
