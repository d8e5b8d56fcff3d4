import type { JSX } from "preact";
import { useContext, useState } from "preact/hooks";
import type { MessageReference } from "../../slack/types.ts";
import { PageContext } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { withEmoji } from "./mrkdwn.ts";
import { Text } from "./text.tsx";
import type { BlockElement, Option, TextObject } from "./wire.ts";

interface ElementProps {
  readonly element: BlockElement;
  readonly message: MessageReference | null;
}

export function Element({ element, message }: ElementProps): JSX.Element | null {
  switch (element.type) {
    case "button":
    case "workflow_button":
      return <ButtonElement element={element} message={message} />;
    case "static_select":
    case "overflow":
    case "radio_buttons":
      return <SelectElement element={element} message={message} />;
    case "image":
      return null;
    default:
      return <span class="unknown-block">(an element of type “{element.type}”)</span>;
  }
}

const labelOf = (text: TextObject | string | undefined): string =>
  withEmoji(typeof text === "string" ? text : (text?.text ?? ""));

function ButtonElement({ element, message }: ElementProps): JSX.Element {
  const { act } = useContext(PageContext);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const label = labelOf(element.text);
  const click = async (): Promise<void> => {
    setAsking(false);
    setBusy(true);
    if (element.url !== undefined) window.open(element.url, "_blank", "noreferrer,noopener");
    if (message !== null && element.action_id !== undefined) {
      await act({ kind: "click", message: { channel: message.channel, ts: message.ts }, actionId: element.action_id });
    }
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        class={`button ${typeof element.style === "string" ? element.style : ""}`}
        disabled={busy}
        aria-label={element.accessibility_label ?? undefined}
        onClick={() => {
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

function SelectElement({ element, message }: ElementProps): JSX.Element {
  const { act } = useContext(PageContext);
  const placeholder = element.type === "overflow" ? "More…" : labelOf(element.placeholder) || "Choose an option";
  const choose = async (select: HTMLSelectElement): Promise<void> => {
    const { value } = select;
    if (message === null || element.action_id === undefined || value === "") return;
    await act({
      kind: "choose",
      message: { channel: message.channel, ts: message.ts },
      actionId: element.action_id,
      value,
    });
    if (element.type === "overflow") select.value = "";
  };
  return (
    <select
      class="select"
      aria-label={element.accessibility_label ?? placeholder}
      value={element.initial_option?.value ?? ""}
      onChange={(event) => void choose(event.currentTarget)}
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
