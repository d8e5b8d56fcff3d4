import type { JSX } from "preact";
import { useContext, useState } from "preact/hooks";
import { Checkboxes } from "./checkboxes.tsx";
import { Combobox } from "./combobox.tsx";
import { Dialog } from "./dialog.tsx";
import { type ElementProps, labelOf, useNaming, useStanding } from "./element-props.ts";
import { Surface } from "./surface.ts";
import { useChosen } from "./use-chosen.ts";
import { Text } from "./text.tsx";
import { TextField } from "./text-field.tsx";
import type { Option } from "./wire.ts";

/** An element of Block Kit. One that the page does not know says so. */
export function Element(props: ElementProps): JSX.Element | null {
  switch (props.element.type) {
    case "button":
    case "workflow_button":
      return <ButtonElement {...props} />;
    case "static_select":
    case "overflow":
    case "radio_buttons":
      return <SelectElement {...props} />;
    case "external_select":
      return <Combobox {...props} />;
    case "checkboxes":
      return <Checkboxes {...props} />;
    case "plain_text_input":
      return <TextField {...props} />;
    case "image":
      return null;
    default:
      return <span class="unknown-block">(an element of type “{props.element.type}”)</span>;
  }
}

function ButtonElement({ element, blockId }: ElementProps): JSX.Element {
  const { press } = useContext(Surface);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const label = labelOf(element.text);
  const click = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    if (element.url !== undefined) window.open(element.url, "_blank", "noreferrer,noopener");
    if (element.action_id !== undefined) await press(blockId, element.action_id);
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        class={`button ${typeof element.style === "string" ? element.style : ""}`}
        // Disabled, it would lose the focus.
        aria-disabled={busy}
        aria-label={element.accessibility_label ?? undefined}
        onClick={() => {
          if (busy) return;
          if (element.confirm === undefined) void click();
          else setAsking(true);
        }}
      >
        {label}
      </button>
      {asking && element.confirm !== undefined ? (
        <Dialog
          title={labelOf(element.confirm.title)}
          submit={labelOf(element.confirm.confirm)}
          close={labelOf(element.confirm.deny)}
          danger={element.confirm.style === "danger"}
          onSubmit={() => void click()}
          onClose={() => {
            setAsking(false);
          }}
        >
          <Text text={element.confirm.text} />
        </Dialog>
      ) : null}
    </>
  );
}

const optionsOf = (options: readonly Option[] = []): JSX.Element[] =>
  options.map((option) => (
    <option key={option.value} value={option.value}>
      {labelOf(option.text)}
    </option>
  ));

function SelectElement(props: ElementProps): JSX.Element {
  const { element, blockId } = props;
  const { view, pick } = useContext(Surface);
  const placeholder = element.type === "overflow" ? "More…" : labelOf(element.placeholder) || "Choose an option";
  const standing = useStanding(props);
  const isOverflow = element.type === "overflow";
  const [shown, choose] = useChosen(
    (view === null ? element.initial_option?.value : standing?.selected_option?.value) ?? "",
    (value) => (element.action_id === undefined ? Promise.resolve() : pick(blockId, element.action_id, value)),
    view === null && !isOverflow,
  );
  return (
    <select
      {...useNaming(props, placeholder)}
      class="select"
      value={shown}
      onChange={({ currentTarget: { value } }) => void choose(value)}
    >
      <option value="" disabled>
        {placeholder}
      </option>
      {optionsOf(element.options)}
      {(element.option_groups ?? []).map((group) => (
        <optgroup key={group.label.text} label={labelOf(group.label)}>
          {optionsOf(group.options)}
        </optgroup>
      ))}
    </select>
  );
}
