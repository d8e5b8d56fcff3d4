import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  readonly title: string;
  readonly submit: string | null;
  readonly close: string;
  readonly danger?: boolean;
  readonly onSubmit: (form: HTMLFormElement) => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A modal dialog on the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({
  title,
  submit,
  close,
  danger = false,
  onSubmit,
  onClose,
  children,
}: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(event.currentTarget);
        }}
      >
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon" aria-label="Close" onClick={onClose}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <path d="M5 5l10 10M15 5L5 15" />
            </svg>
          </button>
        </header>
        <div class="dialog-body">{children}</div>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {close}
          </button>
          {submit === null ? null : (
            <button type="submit" class={`button ${danger ? "danger" : "primary"}`}>
              {submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}
