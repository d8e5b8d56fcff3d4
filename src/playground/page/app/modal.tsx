import type { JSX } from "preact";
import { useContext, useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { Blocks } from "./blocks.tsx";
import { PageContext } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { Element } from "./elements.tsx";
import { withEmoji } from "./mrkdwn.ts";
import { Surface, type SurfaceValue } from "./surface.ts";
import { TextField } from "./text-field.tsx";
import type { Block, View } from "./wire.ts";

type Entered = Record<string, Record<string, string | string[]>>;

/** What was typed here and chosen just now; all else the modal's state holds already. */
function useEntered(): {
  readonly all: () => Entered;
  readonly set: (block: string, action: string, value: string | string[] | null) => void;
} {
  const entered = useRef(new Map<string, Map<string, string | string[]>>());
  return useMemo(
    () => ({
      all: () =>
        Object.fromEntries([...entered.current].map(([block, byAction]) => [block, Object.fromEntries(byAction)])),
      set: (block, action, value) => {
        const byAction = entered.current.get(block) ?? new Map<string, string | string[]>();
        if (value === null) byAction.delete(action);
        else byAction.set(action, value);
        entered.current.set(block, byAction);
      },
    }),
    [],
  );
}

function useSurface(view: View): { readonly surface: SurfaceValue; readonly entered: () => Entered } {
  const { act } = useContext(PageContext);
  const { all, set } = useEntered();
  const { id } = view;
  const surface = useMemo<SurfaceValue>(
    () => ({
      view,
      press: (block, action) => act({ kind: "press", view: id, actionId: `${block}/${action}`, values: all() }),
      pick: async (block, action, value) => {
        const values = all();
        // Sent along by whatever overtakes it.
        set(block, action, value);
        await act({ kind: "pick", view: id, actionId: `${block}/${action}`, value, values });
        if (all()[block]?.[action] === value) set(block, action, null);
      },
      type: set,
    }),
    [act, all, set, id, view],
  );
  return { surface, entered: all };
}

/** A view as a dialog: inputs with their labels and errors, everything else as in a message. What was typed stays when the app changes it. */
export function Modal({ view }: { readonly view: View }): JSX.Element {
  const { act } = useContext(PageContext);
  const { surface, entered } = useSurface(view);
  const [busy, setBusy] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  const errors = Object.keys(view.errors).join(" ");
  useEffect(() => {
    if (errors !== "") body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);
  useEffect(() => {
    // What had the focus may be gone.
    if (document.activeElement === document.body)
      body.current?.closest("dialog")?.querySelector<HTMLElement>("footer button:last-child")?.focus();
  }, [view.hash]);
  const submit = async (): Promise<void> => {
    setBusy(true);
    await act({ kind: "submit", view: view.id, values: entered() });
    setBusy(false);
  };
  return (
    <Dialog
      kind="view"
      title={withEmoji(view.title)}
      submit={view.submit === null ? null : withEmoji(view.submit)}
      close={withEmoji(view.close ?? (view.submit === null ? "Close" : "Cancel"))}
      busy={busy}
      onSubmit={() => void submit()}
      onClose={() => void act({ kind: "close", view: view.id })}
    >
      <Surface.Provider value={surface}>
        <div class="view-blocks" ref={body}>
          {view.trouble === null ? null : (
            <p class="trouble" role="alert">
              {view.trouble}
            </p>
          )}
          {runs(view.blocks).map((run, index) =>
            Array.isArray(run) ? (
              <Blocks key={`blocks ${index}`} blocks={run} />
            ) : (
              <Input
                key={`${run.block_id} ${run.element?.action_id} ${run.element?.type}`}
                block={run}
                error={view.errors[run.block_id ?? ""]}
              />
            ),
          )}
        </div>
      </Surface.Provider>
    </Dialog>
  );
}

/** Input blocks one by one, and what stands between them together. */
function runs(blocks: readonly Block[]): (Block | Block[])[] {
  const all: (Block | Block[])[] = [];
  for (const block of blocks) {
    const last = all.at(-1);
    if (block.type === "input") all.push(block);
    else if (Array.isArray(last)) last.push(block);
    else all.push([block]);
  }
  return all;
}

interface InputProps {
  readonly block: Block;
  readonly error: string | undefined;
}

function Input({ block, error }: InputProps): JSX.Element | null {
  const { block_id = "", label, hint, optional = false, dispatch_action: dispatches = false, element } = block;
  const id = useId();
  if (element === undefined) return null;
  const note = error ?? (hint === undefined ? "" : withEmoji(hint.text));
  const isGroup = element.type === "checkboxes";
  const naming = {
    element,
    blockId: block_id,
    ...(isGroup ? { labelledBy: `${id}-label` } : { id }),
    ...(note !== "" && { describedBy: `${id}-note` }),
    required: !optional,
    invalid: error !== undefined,
  };
  const words = (
    <>
      {label === undefined ? "" : withEmoji(label.text)}
      {optional ? <span class="optional"> (optional)</span> : null}
    </>
  );
  return (
    <div class="input-block">
      {isGroup ? (
        <span class="label" id={`${id}-label`}>
          {words}
        </span>
      ) : (
        <label class="label" for={id}>
          {words}
        </label>
      )}
      {element.type === "plain_text_input" ? (
        <TextField {...naming} dispatches={dispatches} />
      ) : (
        <Element {...naming} />
      )}
      {note === "" ? null : (
        <p
          id={`${id}-note`}
          class={error === undefined ? "hint" : "error"}
          role={error === undefined ? undefined : "alert"}
        >
          {note}
        </p>
      )}
    </div>
  );
}
