import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { MessageView } from "./message.tsx";
import type { Message } from "./wire.ts";

interface LogProps {
  readonly messages: readonly Message[];
  readonly botId: string;
  readonly channel: string;
  readonly onReply: (message: Message) => void;
}

/** The channel. It follows the newest message unless its reader has scrolled up. */
export function Log({ messages, botId, channel, onReply }: LogProps): JSX.Element {
  const log = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    follows.current = true;
  }, [channel]);
  const scrollDown = (): void => {
    if (log.current !== null && follows.current) log.current.scrollTop = log.current.scrollHeight;
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
      aria-label="Messages"
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < 80;
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
