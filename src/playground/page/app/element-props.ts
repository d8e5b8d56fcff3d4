import { useContext } from "preact/hooks";
import { withEmoji } from "./mrkdwn.ts";
import { Surface } from "./surface.ts";
import type { BlockElement, Standing, TextObject } from "./wire.ts";

/** How an element is named and described where it stands; in an input block, and beside a section. */
export interface ElementProps {
  readonly element: BlockElement;
  readonly blockId: string;
  /** For a `<label>`. */
  readonly id?: string;
  readonly labelledBy?: string;
  readonly describedBy?: string;
  readonly required?: boolean;
  readonly invalid?: boolean;
}

export const labelOf = (text: TextObject | string | undefined): string =>
  withEmoji(typeof text === "string" ? text : (text?.text ?? ""));

/** What stands in an element, as the modal keeps it; undefined in a message. */
export function useStanding({ element, blockId }: ElementProps): Standing | undefined {
  const { view } = useContext(Surface);
  return view?.values[blockId]?.[element.action_id ?? ""];
}

interface Naming {
  readonly id?: string;
  readonly "aria-label"?: string;
  readonly "aria-labelledby"?: string;
  readonly "aria-describedby"?: string;
  readonly "aria-required"?: boolean;
  readonly "aria-invalid"?: boolean;
}

/** Attributes that name an element: by what stands beside it in a modal, by its own words in a message. */
export function useNaming(props: ElementProps, otherwise: string): Naming {
  const { view } = useContext(Surface);
  const { element, id, labelledBy, describedBy, required, invalid } = props;
  const isLabelled = id !== undefined && labelledBy === undefined;
  const name =
    element.accessibility_label === undefined && view !== null && labelledBy !== undefined
      ? { "aria-labelledby": labelledBy }
      : isLabelled
        ? {}
        : { "aria-label": element.accessibility_label ?? otherwise };
  return {
    ...name,
    ...(id !== undefined && { id }),
    ...(describedBy !== undefined && { "aria-describedby": describedBy }),
    ...(required === true && { "aria-required": true }),
    ...(invalid === true && { "aria-invalid": true }),
  };
}
