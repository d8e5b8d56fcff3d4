import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { MessageView } from "./message.tsx";
import type { Message } from "./wire.ts";

interface LogProps {
  readonly messages: readonly Message[];
  readonly botId: string;
  readonly channel: string;
  readonly onReply: (message: Message) => void;
  /** How many messages the reader has sent: whoever writes wants to see the answer. */
  readonly sent: number;
}

/** Where the newest message can be read: the end, or its beginning where it is longer than the window. */
function readingPlace(log: HTMLElement): number {
  const end = log.scrollHeight - log.clientHeight;
  const last = [...log.querySelectorAll("article")].at(-1)?.getBoundingClientRect();
  if (last === undefined || last.height <= log.clientHeight) return end;
  return Math.min(end, log.scrollTop + last.top - log.getBoundingClientRect().top);
}

/** The channel. It follows the newest message unless its reader has scrolled away. */
export function Log({ messages, botId, channel, onReply, sent }: LogProps): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const place = useRef(0);
  useEffect(() => {
    follows.current = true;
  }, [channel, sent]);
  const scrollDown = (): void => {
    if (log.current === null || !follows.current) return;
    log.current.scrollTop = readingPlace(log.current);
    place.current = log.current.scrollTop;
  };
  useEffect(scrollDown, [messages]);
  useEffect(() => {
    // A window that is made smaller, or a phone's keyboard, must not hide the newest message.
    const observer = new ResizeObserver(scrollDown);
    if (log.current !== null) observer.observe(log.current);
    return () => {
      observer.disconnect();
    };
  }, []);
  return (
    <div
      ref={log}
      class="log"
      role="log"
      // A message that changes in place is not read out each time.
      aria-relevant="additions"
      aria-label="Messages"
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 80 || Math.abs(scrollTop - place.current) < 2;
      }}
    >
      <div class="messages">
        {messages.map((message) => (
          <MessageView key={message.ts} message={message} botId={botId} onReply={onReply} />
        ))}
      </div>
    </div>
  );
}
