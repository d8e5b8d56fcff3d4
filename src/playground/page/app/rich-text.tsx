import type { ComponentChildren, JSX } from "preact";
import { useContext } from "preact/hooks";
import { PageContext } from "./context.ts";
import { formatDate } from "./dates.ts";
import { CodeBlock } from "./text.tsx";
import type { Block, BlockElement } from "./wire.ts";

const textIn = ({ text }: BlockElement): string | undefined => (typeof text === "string" ? text : undefined);
const textOf = (elements: readonly BlockElement[] = []): string =>
  elements.map((element) => textIn(element) ?? element.url ?? "").join("");

/** Slack's rich text: sections, lists, quotes and preformatted text. */
export const RichText = ({ block }: { readonly block: Block }): JSX.Element => (
  <>{(block.elements ?? []).map((element, index) => part(element, index))}</>
);

function part(element: BlockElement, index: number): ComponentChildren {
  const key = String(index);
  const children = (element.elements ?? []).map((child, at) => <Leaf key={String(at)} element={child} />);
  switch (element.type) {
    case "rich_text_preformatted":
      return <CodeBlock key={key} text={textOf(element.elements)} />;
    case "rich_text_quote":
      return <blockquote key={key}>{children}</blockquote>;
    case "rich_text_list": {
      const items = (element.elements ?? []).map((item, at) => <li key={String(at)}>{part(item, at)}</li>);
      return element.style === "ordered" ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
    }
    default:
      return <p key={key}>{children}</p>;
  }
}

function Leaf({ element }: { readonly element: BlockElement }): JSX.Element {
  const { now, nameOf } = useContext(PageContext);
  if (element.type === "link") {
    if (element.url === undefined || !/^(https?|mailto):/.test(element.url))
      return <>{textIn(element) ?? element.url ?? ""}</>;
    return (
      <a href={element.url} target="_blank" rel="noreferrer noopener">
        {textIn(element) ?? element.url}
      </a>
    );
  }
  if (element.type === "user") return <span class="mention">@{nameOf(element.user_id ?? "") ?? element.user_id}</span>;
  if (element.type === "emoji") return <>:{element.name}:</>;
  if (element.type === "date")
    return <time>{formatDate(element.timestamp ?? 0, element.format ?? "{date_short}", { now })}</time>;
  const style = typeof element.style === "object" ? element.style : {};
  let shown: JSX.Element = <>{textIn(element) ?? ""}</>;
  if (style.code === true) shown = <code>{shown}</code>;
  if (style.bold === true) shown = <strong>{shown}</strong>;
  if (style.italic === true) shown = <em>{shown}</em>;
  if (style.strike === true) shown = <s>{shown}</s>;
  return shown;
}
