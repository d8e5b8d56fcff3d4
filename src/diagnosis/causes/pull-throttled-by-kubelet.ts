import { code, say } from "../say.ts";
import { cause } from "./cause.ts";
import { fix } from "./commands.ts";
import { orRetry } from "./repull-commands.ts";
import { image, node, subject } from "./words.ts";

/** Not the registry's limit: the kubelet's own. */
export const pullThrottledByKubelet = cause({
  id: "pull-throttled-by-kubelet",
  title: "The kubelet holds back pulls",
  headline: (context) =>
    say`${subject(context)} waits to pull ${image(context)}: the kubelet of ${node(context)} starts only so many pulls a second`,
  explain: () =>
    say`The kubelet's ${code("registryPullQPS")} (5 a second) and ${code("registryBurst")} (10) are used up. It passes by itself when many pods start at once.`,
  fixes: (context) => [
    fix(say`Wait: the kubelet tries again within minutes.`),
    fix(say`It stays: raise ${code("registryPullQPS")} and ${code("registryBurst")} in the kubelet's configuration.`),
    ...orRetry(context),
  ],
  recognised: "`pull QPS exceeded`, and no other cause: beside one it is noise.",
});
