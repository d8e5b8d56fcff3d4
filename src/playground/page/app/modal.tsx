import type { JSX } from "preact";
import { useContext, useId } from "preact/hooks";
import { Blocks } from "./blocks.tsx";
import { PageContext } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { withEmoji } from "./mrkdwn.ts";
import type { Block, View } from "./wire.ts";

/** A view as a dialog: inputs by block and action, everything else as in a message. */
export function Modal({ view }: { readonly view: View }): JSX.Element {
  const { act } = useContext(PageContext);
  const submit = (form: HTMLFormElement): void => {
    const values: Record<string, Record<string, string>> = {};
    for (const [name, value] of new FormData(form)) {
      const [block = "", action = ""] = name.split("\u0000");
      if (typeof value === "string") values[block] = { ...values[block], [action]: value };
    }
    void act({ kind: "submit", view: view.id, values });
  };
  return (
    <Dialog
      title={withEmoji(view.title)}
      submit={view.submit}
      close={view.close ?? "Cancel"}
      onSubmit={submit}
      onClose={() => void act({ kind: "close", view: view.id })}
    >
      {view.blocks.map((block, index) =>
        block.type === "input" ? (
          <Input key={block.block_id ?? String(index)} block={block} error={view.errors[block.block_id ?? ""]} />
        ) : (
          <Blocks key={block.block_id ?? String(index)} blocks={[block]} message={null} />
        ),
      )}
    </Dialog>
  );
}

function Input({ block, error }: { readonly block: Block; readonly error: string | undefined }): JSX.Element | null {
  const { block_id = "", label, hint, optional = false, element } = block;
  const id = useId();
  if (element === undefined) return null;
  const common = {
    id,
    name: `${block_id}\u0000${element.action_id ?? ""}`,
    required: !optional,
    "aria-invalid": error !== undefined,
    "aria-describedby": `${id}-note`,
  };
  return (
    <div class="input-block">
      <label for={id}>
        {label?.text}
        {optional ? <span class="optional"> (optional)</span> : null}
      </label>
      {element.options !== undefined ? (
        <select {...common} class="select" value={element.initial_option?.value ?? ""}>
          <option value="" disabled>
            {element.placeholder?.text ?? "Choose an option"}
          </option>
          {element.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text.text}
            </option>
          ))}
        </select>
      ) : element.multiline === true ? (
        <textarea
          {...common}
          rows={4}
          maxLength={element.max_length}
          placeholder={element.placeholder?.text}
          defaultValue={element.initial_value}
        />
      ) : (
        <input
          {...common}
          maxLength={element.max_length}
          placeholder={element.placeholder?.text}
          defaultValue={element.initial_value}
        />
      )}
      <p
        id={`${id}-note`}
        class={error === undefined ? "hint" : "error"}
        role={error === undefined ? undefined : "alert"}
      >
        {error ?? hint?.text ?? ""}
      </p>
    </div>
  );
}
