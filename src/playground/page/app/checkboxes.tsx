import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import { type ElementProps, labelOf, useNaming, useStanding } from "./element-props.ts";
import { Surface } from "./surface.ts";
import { useChosen } from "./use-chosen.ts";
import { Text } from "./text.tsx";

/** Boxes of which each can be ticked; the app hears of all that are. */
export function Checkboxes(props: ElementProps): JSX.Element {
  const { element, blockId } = props;
  const { view, pick } = useContext(Surface);
  const standing = useStanding(props);
  const before = view === null ? element.initial_options : standing?.selected_options;
  const [ticked, tick] = useChosen<readonly string[]>(
    (before ?? []).map(({ value }) => value),
    (values) => pick(blockId, element.action_id ?? "", [...values]),
    view === null,
  );
  const toggle = (value: string): void => {
    // In the order in which they stand.
    const all = (element.options ?? []).map((option) => option.value);
    void tick(all.filter((one) => ticked.includes(one) !== (one === value)));
  };
  const { "aria-required": _, ...naming } = useNaming(props, labelOf(element.options?.[0]?.text));
  return (
    <div class="boxes" role="group" {...naming}>
      {(element.options ?? []).map((option) => (
        <label key={option.value}>
          <input type="checkbox" checked={ticked.includes(option.value)} onChange={() => toggle(option.value)} />
          <span>
            <Text text={option.text} />
            {option.description === undefined ? null : (
              <small>
                <Text text={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}
