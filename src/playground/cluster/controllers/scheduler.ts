import { resourceOf } from "../resources.ts";
import type { KubeObject } from "../store.ts";
import { isEnding, isRecord, podSpecOf } from "../views.ts";
import type { Voice } from "../voice.ts";
import { type Context, pods } from "./context.ts";

export const nodes = resourceOf({ apiVersion: "v1", kind: "Node" });

/** Gives pods without a node to the nodes that their selector allows and that nobody has cordoned, one after the other. */
export class Scheduler {
  readonly #voice: Voice;
  #turn = 0;

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  schedule({ store, recorder, at }: Context): void {
    for (const pod of store.list(pods)) {
      const { nodeName, schedulerName, nodeSelector } = podSpecOf(pod);
      if (nodeName || schedulerName !== "default-scheduler" || isEnding(pod)) continue;
      const fitting = store.list(nodes).filter((node) => fits(node, nodeSelector) && !isCordoned(node));
      const node = fitting[this.#turn % fitting.length]?.metadata.name;
      if (node === undefined) continue;
      this.#turn += 1;
      const spec = { ...(isRecord(pod["spec"]) ? pod["spec"] : {}), nodeName: node };
      // A binding is no write that anybody owns.
      const placed = store.put({ ...pod, spec }, at, null);
      const { namespace = "", name, uid = "" } = placed.metadata;
      const words = { namespace, pod: name, uid, node };
      for (const event of this.#voice.events("healthy", "scheduled", words))
        recorder.record(placed, { ...event, host: undefined }, at);
    }
  }
}

const isCordoned = ({ spec }: KubeObject): boolean => isRecord(spec) && spec["unschedulable"] === true;

export const fits = ({ metadata }: KubeObject, selector: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector).every(([label, value]) => metadata.labels?.[label] === value);
