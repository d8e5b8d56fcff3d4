import type { ComponentChildren, JSX } from "preact";
import type { MessageReference } from "../../slack/types.ts";
import { Element } from "./elements.tsx";
import { Text } from "./text.tsx";
import { RichText } from "./rich-text.tsx";
import type { Block, BlockElement } from "./wire.ts";

export interface BlocksProps {
  readonly blocks: readonly Block[];
  /** Where clicks go; null in a modal, whose buttons the double does not serve. */
  readonly message: MessageReference | null;
}

/** Block Kit, block after block. A block that the page does not know says so instead of vanishing. */
export const Blocks = ({ blocks, message }: BlocksProps): JSX.Element => (
  <div class="blocks">
    {blocks.map((block, index) => (
      <BlockView key={block.block_id ?? String(index)} block={block} message={message} />
    ))}
  </div>
);

function BlockView({
  block,
  message,
}: {
  readonly block: Block;
  readonly message: MessageReference | null;
}): JSX.Element {
  switch (block.type) {
    case "header":
      return <h2 class="header">{block.text === undefined ? null : <Text text={block.text} />}</h2>;
    case "divider":
      return <hr />;
    case "section":
      return <Section block={block} message={message} />;
    case "context":
      return (
        <div class="context">{(block.elements ?? []).map((element, index) => contextElement(element, index))}</div>
      );
    case "actions":
      return (
        <div class="actions">
          {(block.elements ?? []).map((element, index) => (
            <Element key={element.action_id ?? String(index)} element={element} message={message} />
          ))}
        </div>
      );
    case "image":
      return <span class="picture">{block.alt_text ?? "image"}</span>;
    case "rich_text":
      return <RichText block={block} />;
    default:
      return <p class="unknown-block">A block of type “{block.type}”, which this page does not show.</p>;
  }
}

function Section({
  block,
  message,
}: {
  readonly block: Block;
  readonly message: MessageReference | null;
}): JSX.Element {
  return (
    <div class="section">
      <div class="section-text">
        {block.text === undefined ? null : <Text text={block.text} />}
        {block.fields === undefined ? null : (
          <div class="fields">
            {block.fields.map((field, index) => (
              <div key={String(index)} class="field">
                <Text text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block.accessory === undefined ? null : <Element element={block.accessory} message={message} />}
    </div>
  );
}

function contextElement(element: BlockElement, index: number): ComponentChildren {
  return (
    <div key={String(index)} class="context-element">
      {element.type === "image" || typeof element.text !== "string" ? (
        (element.alt_text ?? "")
      ) : (
        <Text text={{ type: element.type, text: element.text }} />
      )}
    </div>
  );
}
