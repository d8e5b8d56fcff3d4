import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface DialogProps {
  readonly title: string;
  readonly submit: string | null;
  readonly close: string;
  readonly danger?: boolean;
  /** A view fills a phone's screen; a question does not. */
  readonly kind?: "view" | "question";
  /** It is on its way. */
  readonly busy?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

interface Modality {
  readonly dialog: { current: HTMLDialogElement | null };
  /** It is being taken away, and not closed by whoever reads it. */
  readonly isOver: { current: boolean };
}

/** Opens a dialog above all else, with the focus in its first field; afterwards the focus is where it was. */
function useModal(): Modality {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOver = useRef(false);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea)")?.focus();
    return () => {
      isOver.current = true;
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return { dialog, isOver };
}

/** A modal dialog on the browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({
  title,
  submit,
  close,
  danger = false,
  kind = "question",
  busy = false,
  onSubmit,
  onClose,
  children,
}: DialogProps): JSX.Element {
  const { dialog, isOver } = useModal();
  const id = useId();
  return (
    <dialog
      ref={dialog}
      class={kind}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClose={() => {
        // A browser lets Escape be held up once; then it closes the dialog by itself.
        if (!isOver.current) onClose();
      }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // A question may stand inside of another dialog.
          event.stopPropagation();
          if (!busy) onSubmit();
        }}
      >
        <header>
          <h2 id={id}>{title}</h2>
          <CloseIcon onClose={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        <footer>
          <button type="button" class="button" onClick={onClose}>
            {close}
          </button>
          {submit === null ? null : (
            <button type="submit" class={`button ${danger ? "danger" : "primary"}`} aria-disabled={busy}>
              {submit}
            </button>
          )}
        </footer>
      </form>
    </dialog>
  );
}

const CloseIcon = ({ onClose }: Pick<DialogProps, "onClose">): JSX.Element => (
  <button type="button" class="icon" aria-label="Close" onClick={onClose}>
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d="M5 5l10 10M15 5L5 15" />
    </svg>
  </button>
);
