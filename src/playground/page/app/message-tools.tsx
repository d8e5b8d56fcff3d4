import type { JSX } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { PageContext } from "./context.ts";
import type { Message } from "./wire.ts";

interface MessageToolsProps {
  readonly message: Message;
  /** Begins a reply in its thread; left out for a message in a thread. */
  readonly onReply?: () => void;
}

/** What can be done with a message: a reply, and the shortcuts of the app. Slack offers neither for what only one person sees. */
export function MessageTools({ message, onReply }: MessageToolsProps): JSX.Element | null {
  const { shortcuts } = useContext(PageContext);
  if (message.ephemeralTo !== null || (onReply === undefined && shortcuts.length === 0)) return null;
  return (
    <div class="tools">
      {onReply === undefined ? null : (
        <button type="button" class="reply" onClick={onReply}>
          {message.replies.length === 0 ? "Reply in thread" : "Reply"}
        </button>
      )}
      {shortcuts.length === 0 ? null : <MoreActions message={message} />}
    </div>
  );
}

/** Slack's "More actions" of a message, with the app's shortcuts. Escape and a click elsewhere close it. */
function MoreActions({ message }: { readonly message: Message }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    opener.current?.focus();
  };
  return (
    <div
      class="more"
      onFocusOut={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOpen(false);
      }}
      onKeyDown={({ key }) => {
        if (key === "Escape" && isOpen) close();
      }}
    >
      <button
        ref={opener}
        type="button"
        class="opener"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        <svg viewBox="0 0 20 20" aria-hidden="true">
          <path d="M10 4.5v.01M10 10v.01M10 15.5v.01" />
        </svg>
      </button>
      {isOpen ? <Menu id={id} message={message} onDone={close} /> : null}
    </div>
  );
}

interface MenuProps {
  readonly id: string;
  readonly message: Message;
  readonly onDone: () => void;
}

/** The focus begins on the first entry and moves by the arrows. */
function Menu({ id, message: { channel, ts }, onDone }: MenuProps): JSX.Element {
  const { shortcuts, act } = useContext(PageContext);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    menu.current?.querySelector("button")?.focus();
  }, []);
  const move = (by: number): void => {
    const items = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = items.findIndex((item) => item === document.activeElement);
    items.at((at + by) % items.length)?.focus();
  };
  return (
    <div
      ref={menu}
      id={id}
      class="menu"
      role="menu"
      aria-label="More actions"
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      }}
    >
      {shortcuts.map(({ name, app, callbackId }) => (
        <button
          key={callbackId}
          type="button"
          role="menuitem"
          onClick={() => {
            onDone();
            void act({ kind: "shortcut", message: { channel, ts }, callbackId });
          }}
        >
          {name} <small>{app}</small>
        </button>
      ))}
    </div>
  );
}
