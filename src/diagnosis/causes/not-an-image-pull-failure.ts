import { code, say } from "../say.ts";
import { cause, type CauseContext } from "./cause.ts";
import { fix, kubectl } from "./commands.ts";
import { subject } from "./words.ts";

/** What the container before this one said; there is none before the first restart. */
const previous = ({ facts: { restarts = 0 } }: CauseContext): readonly string[] => (restarts > 0 ? ["--previous"] : []);

/** Something else is wrong, and this says what. */
export const notAnImagePullFailure = cause({
  id: "not-an-image-pull-failure",
  title: "Not an image pull failure",
  headline: (context) => {
    const { instead } = context.facts;
    return instead === undefined
      ? say`${subject(context)} fails, but not at pulling an image`
      : say`${subject(context)}: no image pull failure; ${code(instead)}`;
  },
  explain: () => say`Every image that was asked for has arrived, or the pod does not get so far.`,
  fixes: (context) => [
    fix(
      say`Read what the kubelet says.`,
      context.pod === null ? null : kubectl(context, "describe", "pod", context.pod),
    ),
    ...(context.pod === null || context.container === null
      ? []
      : [
          fix(
            say`Read what the container said last.`,
            kubectl(context, "logs", context.pod, "-c", context.container, ...previous(context)),
          ),
        ]),
  ],
  recognised:
    "Events and statuses tell of a crash, a configuration, scheduling, a volume, the network or a probe, and of no failed pull.",
});
