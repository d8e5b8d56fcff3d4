import type { JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { type ElementProps, labelOf, useNaming, useStanding } from "./element-props.ts";
import { Surface } from "./surface.ts";

/** From so many characters before the end on, a field says how many are left. */
const warnAt = 50;

/** A line or several of text. What is typed stays while the modal around it changes; Enter in a line that dispatches tells the app. */
export function TextField(props: ElementProps & { readonly dispatches?: boolean }): JSX.Element {
  const { element, blockId, dispatches = false } = props;
  const { pick, type } = useContext(Surface);
  const actionId = element.action_id ?? "";
  const standing = useStanding(props)?.value ?? "";
  const [text, setText] = useState(standing);
  useEffect(
    () => () => {
      type(blockId, actionId, null);
    },
    [type, blockId, actionId],
  );
  const left = element.max_length === undefined ? null : element.max_length - text.length;
  const common = {
    ...useNaming(props, labelOf(element.placeholder)),
    value: text,
    placeholder: labelOf(element.placeholder),
    onInput: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }): void => {
      setText(value);
      type(blockId, actionId, value);
    },
  };
  return (
    <>
      {element.multiline === true ? (
        <textarea {...common} rows={4} />
      ) : (
        <input
          {...common}
          type="text"
          autocomplete="off"
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !dispatches || event.isComposing) return;
            event.preventDefault();
            void pick(blockId, actionId, text);
          }}
        />
      )}
      {left === null || left > warnAt ? null : (
        <p class={`left ${left < 0 ? "over" : ""}`}>{left < 0 ? `${-left} too many` : `${left} left`}</p>
      )}
    </>
  );
}
