import type { JSX } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { Blocks } from "./blocks.tsx";
import { PageContext } from "./context.ts";
import { formatDate } from "./dates.ts";
import { MessageTools } from "./message-tools.tsx";
import { Surface, type SurfaceValue } from "./surface.ts";
import { Mrkdwn } from "./text.tsx";
import type { Message } from "./wire.ts";

interface MessageProps {
  readonly message: Message;
  readonly botId: string;
  /** Begins a reply in the message's thread. */
  readonly onReply: (message: Message) => void;
}

/** One message with its thread below it. */
export function MessageView({ message, botId, onReply }: MessageProps): JSX.Element {
  const ephemeral = message.ephemeralTo !== null;
  return (
    <article class={`message ${ephemeral ? "ephemeral" : ""}`} data-ts={message.ts}>
      <Body message={message} botId={botId} />
      {message.replies.length === 0 ? null : (
        <div class="thread" role="group" aria-label="Thread">
          {message.replies.map((reply) => (
            <article
              key={reply.ts}
              class={`message ${reply.ephemeralTo === null ? "" : "ephemeral"}`}
              data-ts={reply.ts}
            >
              <Body message={reply} botId={botId} />
              <MessageTools message={reply} />
            </article>
          ))}
        </div>
      )}
      <MessageTools
        message={message}
        onReply={() => {
          onReply(message);
        }}
      />
    </article>
  );
}

/** What its buttons and menus do is done to this message. */
function MessageBlocks({ message }: { readonly message: Message }): JSX.Element {
  const { act } = useContext(PageContext);
  const { channel, ts, blocks } = message;
  const surface = useMemo<SurfaceValue>(
    () => ({
      view: null,
      press: (_, actionId) => act({ kind: "click", message: { channel, ts }, actionId }),
      pick: (_, actionId, value) =>
        typeof value === "string"
          ? act({ kind: "choose", message: { channel, ts }, actionId, value })
          : Promise.resolve(),
      type: () => undefined,
    }),
    [act, channel, ts],
  );
  return (
    <Surface.Provider value={surface}>
      <Blocks blocks={blocks} />
    </Surface.Provider>
  );
}

function Body({ message, botId }: { readonly message: Message; readonly botId: string }): JSX.Element {
  const { now, nameOf } = useContext(PageContext);
  const isBot = message.user === botId;
  const name = nameOf(message.user) ?? "Slackbot";
  const seconds = Number(message.ts.split(".")[0]);
  return (
    <>
      <Avatar name={name} bot={isBot} />
      <div class="body">
        {message.ephemeralTo === null ? null : (
          <div class="only-you">
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <path d="M2 10s3-5.5 8-5.5S18 10 18 10s-3 5.5-8 5.5S2 10 2 10z" />
              <circle cx="10" cy="10" r="2.5" />
            </svg>
            Only visible to you
          </div>
        )}
        <div class="by">
          <span class="name">{name}</span>
          {isBot ? <span class="badge">APP</span> : null}
          <time dateTime={new Date(seconds * 1000).toISOString()}>{formatDate(seconds, "{time}", { now })}</time>
        </div>
        {message.blocks.length > 0 ? <MessageBlocks message={message} /> : <Mrkdwn text={message.text} />}
        {message.edited ? <span class="edited">(edited)</span> : null}
      </div>
    </>
  );
}

function Avatar({ name, bot }: { readonly name: string; readonly bot: boolean }): JSX.Element {
  if (!bot) {
    const hue = name.charCodeAt(0) % 4;
    return (
      <span class={`avatar person-${hue}`} aria-hidden="true">
        {name.slice(0, 1)}
      </span>
    );
  }
  return (
    <span class="avatar bot" aria-hidden="true">
      <svg viewBox="0 0 24 24">
        <path d="M4 13v5a1.5 1.5 0 0 0 1.5 1.5h13A1.5 1.5 0 0 0 20 18v-5" />
        <path d="M12 4v10M8 10.5l4 4 4-4" />
      </svg>
    </span>
  );
}
