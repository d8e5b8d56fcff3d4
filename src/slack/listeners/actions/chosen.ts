import type { ViewActionPayload } from "../../payloads.ts";
import type { Open } from "../../views.ts";
import type { Submitted } from "../views/submitted.ts";

/** Something was chosen or pressed in a modal. */
export interface Chosen {
  readonly user: string;
  readonly trigger: string;
  readonly view: Open & { readonly metadata: string };
  readonly callbackId: string;
  readonly actionId: string;
  /** What was chosen; null where nothing is any more. */
  readonly value: string | null;
  /** All that stands in the modal. */
  readonly values: Submitted["values"];
}

export function readChosen({ user, trigger_id, view, actions }: ViewActionPayload): Chosen {
  const [action] = actions;
  return {
    user: user.id,
    trigger: trigger_id,
    view: { id: view.id, hash: view.hash, metadata: view.private_metadata },
    callbackId: view.callback_id,
    actionId: action?.action_id ?? "",
    value: action?.selected_option?.value ?? action?.value ?? null,
    values: view.state.values,
  };
}
