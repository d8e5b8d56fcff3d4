import type { webApi } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { type Log, reason } from "./log.ts";
import { whyNot } from "./projector/calls.ts";
import type { Wait } from "./response-urls.ts";

/** A modal that somebody has open. */
export interface Open {
  readonly id: string;
  /** Of what it shows: an update that names another comes too late. */
  readonly hash: string;
}

/** Milliseconds until a change is made again that Slack did not take: whoever has the modal open waits for it. */
const pauses = [500, 2_000, 5_000];

/** Opens modals and changes them. The error is Slack's own word: `expired_trigger_id`, `hash_conflict`, `not_found`. */
export class Views {
  readonly #client: webApi.WebClient;
  readonly #wait: Wait;
  readonly #log: Log;

  constructor(parts: { readonly client: webApi.WebClient; readonly wait: Wait; readonly log: Log }) {
    this.#client = parts.client;
    this.#wait = parts.wait;
    this.#log = parts.log;
  }

  /** A trigger lives for three seconds and opens one modal. */
  open(trigger: string, view: ModalView): Promise<Result<Open>> {
    return this.#call("views.open", () => this.#client.views.open({ trigger_id: trigger, view }));
  }

  /** `hash` null: whatever it shows by now. What Slack could not take is sent again: twice is as good as once. */
  update({ id, hash }: { readonly id: string; readonly hash: string | null }, view: ModalView): Promise<Result<Open>> {
    return this.#call("views.update", () => this.#changed({ view_id: id, ...(hash !== null && { hash }), view }));
  }

  async #changed(change: Parameters<webApi.WebClient["views"]["update"]>[0]): Promise<webApi.ViewsUpdateResponse> {
    for (const pause of pauses) {
      try {
        return await this.#client.views.update(change);
      } catch (error) {
        const why = whyNot(error);
        if (why.kind !== "limited" && why.kind !== "down") throw error;
        await this.#wait(why.kind === "limited" ? Math.max(pause, Math.min(why.milliseconds, 10_000)) : pause);
      }
    }
    return this.#client.views.update(change);
  }

  async #call(
    method: string,
    call: () => Promise<{ readonly view?: { readonly id?: string; readonly hash?: string } }>,
  ): Promise<Result<Open>> {
    try {
      const { view } = await call();
      return success({ id: view?.id ?? "", hash: view?.hash ?? "" });
    } catch (error) {
      const word = reason(error);
      // Somebody closed it, or has gone on meanwhile.
      if (word !== "not_found" && word !== "hash_conflict")
        this.#log.warn({ method, reason: word }, "Slack did not show a modal");
      return badInput(word);
    }
  }
}
