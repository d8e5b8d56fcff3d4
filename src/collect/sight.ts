import pLimit from "p-limit";
import * as z from "zod";
import type { Resource } from "../cluster/reader.ts";
import type { Subject } from "../core.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";
import { kinds } from "./kinds.ts";
import { type Reads, found } from "./reads.ts";

/** Which namespaces somebody may look into: those where Kubernetes lets them get pods. */
export interface Sight {
  sees(namespace: string): Promise<boolean>;
  /** All of them. */
  readonly all: boolean;
  /** Why a namespace could not be asked about, where one could not; it counts as unseen. */
  failure(): string | null;
}

/** Fewer than there are connections: what is read for the answer need not wait behind reviews. */
const reviewsAtOnce = 8;

/** Asks about all namespaces at once, and where that is a no, about each when it comes up. The error: nothing can be asked. */
export async function openSight(reads: Reads, asker: Subject): Promise<Result<Sight, BadInput>> {
  const everywhere = await reads.review(asker, null);
  if (everywhere.status !== "ok") return badInput(notReviewed(everywhere));
  if (everywhere.value) return success({ all: true, sees: () => Promise.resolve(true), failure: () => null });
  const limit = pLimit(reviewsAtOnce);
  const asked = new Map<string, Promise<boolean>>();
  let failure: string | null = null;
  const review = async (namespace: string): Promise<boolean> => {
    const read = await limit(() => reads.review(asker, namespace));
    if (read.status === "ok") return read.value;
    failure ??= notReviewed(read);
    return false;
  };
  return success({
    all: false,
    failure: () => failure,
    sees(namespace) {
      const answer = asked.get(namespace) ?? review(namespace);
      asked.set(namespace, answer);
      return answer;
    },
  });
}

/** What is said where Kubernetes does not say who may look. */
export const notReviewed = ({ status, reason }: { readonly status: string; readonly reason: string }): string =>
  `${reason}. An error lets nobody look.${status === "forbidden" ? " Grant it to the bot: imagepull install --dry-run | kubectl apply -f -" : ""}`;

/** What is of one namespace, and named in answers. Events, secrets and service accounts are read only of an object that has been found. */
const guarded: ReadonlySet<Resource> = new Set(Object.values(kinds).map(({ resource }) => resource));

/** Reads as somebody may see the cluster: what is in a namespace out of their sight is answered as what does not exist. */
export function withinSight(reads: Reads, sight: Sight): Reads {
  const isSeen = (namespace: string | null): Promise<boolean> =>
    namespace === null ? Promise.resolve(true) : sight.sees(namespace);
  const filtered = async <T>(items: readonly Placed<T>[]): Promise<T[]> => {
    const seen = await Promise.all(items.map(({ place }) => isSeen(place)));
    return items.filter((_item, index) => seen[index]).map(({ value }) => value);
  };
  return {
    ...reads,
    seesAll: reads.seesAll && sight.all,
    async get(path, schema) {
      const place = path.resource === "namespaces" ? path.name : guarded.has(path.resource) ? path.namespace : null;
      const [read, seen] = await Promise.all([reads.get(path, schema), isSeen(place)]);
      return seen ? read : { status: "absent", reason: `${path.resource} ${path.name} does not exist` };
    },
    async list(path, schema) {
      if (path.resource !== "namespaces" && !guarded.has(path.resource)) return reads.list(path, schema);
      if (path.namespace !== null) return (await isSeen(path.namespace)) ? reads.list(path, schema) : found([]);
      const read = await reads.list(path, placed(schema, path.resource));
      return read.status === "ok" ? found(await filtered(read.value)) : read;
    },
    async listSome(path, pages, schema) {
      if (path.resource !== "namespaces" && !guarded.has(path.resource)) return reads.listSome(path, pages, schema);
      if (path.namespace !== null)
        return (await isSeen(path.namespace))
          ? reads.listSome(path, pages, schema)
          : found({ items: [], isPartial: false });
      const read = await reads.listSome(path, pages, placed(schema, path.resource));
      return read.status === "ok" ? found({ ...read.value, items: await filtered(read.value.items) }) : read;
    },
  };
}

interface Placed<T> {
  /** The namespace that an object is in; of a namespace, itself. */
  readonly place: string;
  readonly value: T;
}

const wirePlace = z.object({ metadata: z.object({ name: z.string(), namespace: z.string().nullish() }) });

const placed = <T>(schema: z.ZodType<T>, resource: Resource): z.ZodType<Placed<T>> =>
  z
    .unknown()
    .transform((wire) => ({ place: wire, value: wire }))
    .pipe(
      z.object({
        place: wirePlace.transform(({ metadata: { name, namespace } }) =>
          resource === "namespaces" ? name : (namespace ?? ""),
        ),
        value: schema,
      }),
    );
