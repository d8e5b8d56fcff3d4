import type { Ahead } from "../../core.ts";
import { shortDigest } from "../../diagnosis/digests.ts";
import { type Found, meaning, viewOf } from "../../diagnosis/registry-view.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import type { PodNow, World } from "../../world.ts";
import { digestsOf } from "../content.ts";
import type { Mark } from "../mark.ts";
import { beforeOf, type Digests, shortDigests } from "./running-now.ts";
import type { RunningNow } from "./types.ts";

/** More pods than these are not asked about: the others run the same, or are named already. */
const most = 3;

export interface Anew {
  /** Digests that the registry calls the image that was promised: of another platform, or of a config that it had not shown. */
  readonly besides: Digests;
  /** The tag has moved since the promise: all three digests; null where it has not, or nobody knows. */
  readonly moved: Line | null;
  /** What else is known of the others. */
  readonly lines: readonly Line[];
}

const nothing: Anew = { besides: {}, moved: null, lines: [] };

interface Parts {
  readonly pods: readonly PodNow[];
  readonly running: readonly RunningNow[];
  readonly mark: Mark;
  readonly core: Ahead;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** New pods run what was not promised: what does the registry say now, and what the kubelet? Tags move, also between pre-flight and pull. */
export async function askAnew({ pods, running, mark, core, world, signal }: Parts): Promise<Anew> {
  const wrong = running.filter(({ is, digest }) => is !== "promised" && digest !== null);
  const distinct = [...Map.groupBy(wrong, ({ container, digest }) => `${container} ${digest ?? ""}`).values()];
  const asked = await Promise.all(
    distinct.slice(0, most).map(async ([one]): Promise<Anew> => {
      const pod = pods.find(({ name }) => name === one?.pod);
      const image = one === undefined ? undefined : mark.containers[one.container]?.image;
      if (one === undefined || pod === undefined || image === undefined) return nothing;
      const [ahead, events] = await Promise.all([
        core.lookAhead({ pod, images: [image], nodes: [], fresh: true }, signal),
        world.events(pod, signal),
      ]);
      const view = viewOf({ registry: [...ahead.checks] }, image);
      const found = view === null ? null : meaning(view);
      const told = compare(one, image, mark, found);
      const cached = (events.status === "ok" ? events.value : []).find(
        ({ reason, message, fieldPath }) =>
          reason === "Pulled" &&
          /already present on machine/u.test(message) &&
          fieldPath.endsWith(`{${one.container}}`),
      );
      return cached === undefined
        ? told
        : { ...told, lines: [...told.lines, say`the kubelet says: ${code(cached.message)}`] };
    }),
  );
  const besides = Map.groupBy(
    asked.flatMap((one) => Object.entries(one.besides)),
    ([container]) => container,
  );
  return {
    besides: Object.fromEntries([...besides].map(([container, all]) => [container, all.flatMap(([, each]) => each)])),
    moved: asked.find(({ moved }) => moved !== null)?.moved ?? null,
    lines: asked.flatMap(({ lines }) => lines),
  };
}

function compare({ container, digest }: RunningNow, image: string, mark: Mark, now: Found | null): Anew {
  const promised = mark.wanted?.[container] ?? [];
  if (promised.length === 0 || digest === null) return nothing;
  if (now === null)
    return { ...nothing, lines: [say`what ${code(image)} means now could not be asked of its registry`] };
  const all = digestsOf(now);
  // By the whole image: what was built anew may share the manifest of one platform with what was promised.
  const isAsPromised = now.digest === promised[0];
  if (isAsPromised && all.has(digest)) return { ...nothing, besides: { [container]: [digest] } };
  if (isAsPromised) return { ...nothing, lines: [say`the registry still gives what was promised for ${code(image)}`] };
  const before = beforeOf(mark, container);
  const was = before === null ? say`what ran before is not known` : say`before ran ${shortDigests([before])}`;
  const three = say`${was}, promised was ${shortDigests(promised.slice(0, 1))}, running is ${code(shortDigest(digest))}`;
  const moved = all.has(digest)
    ? say`${code(image)} moved once more between the pre-flight and the pull: ${three}, which is what the registry gives now`
    : say`${code(image)} has moved once more since the pre-flight: ${three}, and the registry gives ${code(shortDigest(now.digest))} now`;
  return { ...nothing, moved };
}
