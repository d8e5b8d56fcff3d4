import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface ComposerProps {
  readonly channel: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  readonly inThread: boolean;
  readonly onLeaveThread: () => void;
  readonly error: string | undefined;
}

/** What the bot can be asked here; a hint, not its parser. */
const hints: readonly (readonly [string, string])[] = [
  ["/imagepull diagnose", "name the one root cause: a pod, deploy/web, -l app=web"],
  ["/imagepull explain", "name the cause of a pull error that you paste"],
  ["/imagepull repull", "choose, plan and ask for a re-pull: deploy/web"],
  ["/imagepull requests", "re-pulls that were asked for"],
  ["/imagepull whoami", "who you are to the bot, and what you may do"],
  ["/imagepull help", "all commands"],
];

const hintsFor = (text: string): typeof hints =>
  text.startsWith("/") ? hints.filter(([command]) => command.startsWith(text.trimEnd()) && command !== text) : [];

/** The message box with what stands around it. */
export function Composer(props: ComposerProps): JSX.Element {
  const { text, onText, onSend, inThread, onLeaveThread, error } = props;
  return (
    <div class="composer">
      <Hints text={text} onText={onText} />
      {error === undefined ? null : (
        <p class="composer-error" role="alert">
          {error}
        </p>
      )}
      <form
        class="box"
        onSubmit={(event) => {
          event.preventDefault();
          onSend();
        }}
      >
        {inThread ? (
          <div class="in-thread">
            Replying in a thread
            <button type="button" onClick={onLeaveThread}>
              Leave it
            </button>
          </div>
        ) : null}
        <Box {...props} />
        <button type="submit" class="send" aria-label="Send" disabled={text.trim() === ""}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 3.5l14 6.5-14 6.5 2.5-6.5z" />
          </svg>
        </button>
      </form>
    </div>
  );
}

/** Enter sends, Shift and Enter makes a new line, Tab takes the first hint, Escape leaves a thread. */
function Box({ channel, text, onText, onSend, inThread, onLeaveThread }: ComposerProps): JSX.Element {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 180)}px`;
  }, [text]);
  const hasText = text !== "";
  useEffect(() => {
    if (inThread || hasText) box.current?.focus();
  }, [inThread, hasText]);
  return (
    <textarea
      ref={box}
      rows={1}
      aria-label="Message"
      placeholder={inThread ? "Reply, or mention @imagepull" : `Message #${channel}, or type /`}
      value={text}
      onInput={(event) => {
        onText(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && inThread) onLeaveThread();
        const [first] = hintsFor(text);
        if (event.key === "Tab" && !event.shiftKey && first !== undefined) {
          event.preventDefault();
          onText(`${first[0]} `);
        }
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        onSend();
      }}
    />
  );
}

function Hints({ text, onText }: Pick<ComposerProps, "text" | "onText">): JSX.Element | null {
  const shown = hintsFor(text);
  if (shown.length === 0) return null;
  return (
    <ul class="hints" aria-label="Commands">
      {shown.map(([command, what]) => (
        <li key={command}>
          <button
            type="button"
            onClick={() => {
              onText(`${command} `);
            }}
          >
            <b>{command}</b> <span>{what}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
