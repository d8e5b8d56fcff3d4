import type { webApi } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { type Log, reason } from "./log.ts";

/** A modal that somebody has open. */
export interface Open {
  readonly id: string;
  /** Of what it shows: an update that names another comes too late. */
  readonly hash: string;
}

/** Opens modals and changes them. The error is Slack's own word: `expired_trigger_id`, `hash_conflict`, `not_found`. */
export class Views {
  readonly #client: webApi.WebClient;
  readonly #log: Log;

  constructor(parts: { readonly client: webApi.WebClient; readonly log: Log }) {
    this.#client = parts.client;
    this.#log = parts.log;
  }

  /** A trigger lives for three seconds and opens one modal. */
  open(trigger: string, view: ModalView): Promise<Result<Open>> {
    return this.#call("views.open", () => this.#client.views.open({ trigger_id: trigger, view }));
  }

  /** On top of the modal in which the trigger came about. */
  push(trigger: string, view: ModalView): Promise<Result<Open>> {
    return this.#call("views.push", () => this.#client.views.push({ trigger_id: trigger, view }));
  }

  /** `hash` null: whatever it shows by now. */
  update({ id, hash }: { readonly id: string; readonly hash: string | null }, view: ModalView): Promise<Result<Open>> {
    return this.#call("views.update", () =>
      this.#client.views.update({ view_id: id, ...(hash !== null && { hash }), view }),
    );
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
