import { type ComponentChildren, Fragment, type JSX } from "preact";
import { useContext, useState } from "preact/hooks";
import { PageContext } from "./context.ts";
import { formatDate } from "./dates.ts";
import type { TextObject } from "./wire.ts";
import { type Inline, type Paragraph, parseMrkdwn, withEmoji } from "./mrkdwn.ts";

const key = (index: number): string => String(index);

function Node({ node }: { readonly node: Inline }): JSX.Element {
  if (node.kind === "text") return <>{node.text}</>;
  if (node.kind === "break") return <br />;
  if (node.kind === "code") return <Code text={node.text} />;
  if (node.kind === "date") return <DateText seconds={node.seconds} format={node.format} />;
  if (node.kind === "mention") return <Mention user={node.user} text={node.text} />;
  if (node.kind === "channel") return <Channel id={node.id} text={node.text} />;
  if (node.kind === "link") {
    return (
      <a href={node.url} target="_blank" rel="noreferrer noopener">
        {node.text}
      </a>
    );
  }
  const Style = node.kind === "bold" ? "strong" : node.kind === "italic" ? "em" : "s";
  return <Style>{inline(node.children)}</Style>;
}

function DateText({ seconds, format }: { readonly seconds: number; readonly format: string }): JSX.Element {
  const { now } = useContext(PageContext);
  const date = new Date(seconds * 1000);
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {formatDate(seconds, format, { now })}
    </time>
  );
}

function Mention({ user, text }: { readonly user: string | null; readonly text: string }): JSX.Element {
  const { nameOf } = useContext(PageContext);
  return <span class="mention">{user === null ? text : `@${nameOf(user) ?? (text === "" ? user : text)}`}</span>;
}

const inline = (nodes: readonly Inline[]): ComponentChildren =>
  nodes.map((node, index) => <Node key={key(index)} node={node} />);

/** Code that is a command of the bot can be taken over into the message box. */
function Code({ text }: { readonly text: string }): JSX.Element {
  const { compose } = useContext(PageContext);
  if (!/^(\/imagepull|@imagepull) /.test(text)) return <code>{breakable(text)}</code>;
  return (
    <button
      type="button"
      class="try"
      title="Put it into the message box"
      onClick={() => {
        compose(text);
      }}
    >
      {breakable(text)}
    </button>
  );
}

/** Long names and commands break behind their separators, where that can be seen; copied, they are as they were. */
const breakable = (text: string): ComponentChildren =>
  text.split(/(?<=[/:@=,?&])(?=[^\s/:@=,?&])/).map((piece, index) => (
    <Fragment key={key(index)}>
      {index === 0 ? null : <wbr />}
      {piece}
    </Fragment>
  ));

/** A block of code with a button that copies it. */
export function CodeBlock({ text }: { readonly text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => {
      setCopied(false);
    }, 1600);
  };
  return (
    <div class="code-block">
      <pre tabIndex={0}>{breakable(text)}</pre>
      <button type="button" class="copy" onClick={() => void copy()}>
        {copied ? "Copied" : "Copy"}
      </button>
    </div>
  );
}

function Part({ part }: { readonly part: Paragraph }): JSX.Element {
  if (part.kind === "pre") return <CodeBlock text={part.text} />;
  if (part.kind === "quote") return <blockquote>{inline(part.children)}</blockquote>;
  return <p>{inline(part.children)}</p>;
}

export const Mrkdwn = ({ text }: { readonly text: string }): JSX.Element => (
  <>
    {parseMrkdwn(text).map((part, index) => (
      <Part key={key(index)} part={part} />
    ))}
  </>
);

export const Text = ({ text }: { readonly text: TextObject }): JSX.Element =>
  text.type === "mrkdwn" ? <Mrkdwn text={text.text} /> : <>{withEmoji(text.text)}</>;

function Channel({ id, text }: { readonly id: string; readonly text: string }): JSX.Element {
  const { channelNameOf } = useContext(PageContext);
  return <span class="mention">#{channelNameOf(id) ?? (text === "" ? id : text)}</span>;
}
