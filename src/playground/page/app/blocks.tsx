import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { Element } from "./elements.tsx";
import { RichText } from "./rich-text.tsx";
import { Text } from "./text.tsx";
import type { Block, BlockElement } from "./wire.ts";

interface OneBlock {
  readonly block: Block;
}

/** Blocks keep their place when others change: ids that Slack made up are new each time. */
export const Blocks = ({ blocks }: { readonly blocks: readonly Block[] }): JSX.Element => (
  <div class="blocks">
    {blocks.map((block, index) => (
      <BlockView key={`${index} ${block.type}`} block={block} />
    ))}
  </div>
);

/** Block Kit, block after block. A block that the page does not know says so instead of vanishing. */
function BlockView({ block }: OneBlock): JSX.Element {
  switch (block.type) {
    case "header":
      return <h2 class="header">{block.text === undefined ? null : <Text text={block.text} />}</h2>;
    case "divider":
      return <hr />;
    case "section":
      return <Section block={block} />;
    case "context":
      return (
        <div class="context">{(block.elements ?? []).map((element, index) => contextElement(element, index))}</div>
      );
    case "actions":
      return (
        <div class="actions">
          {(block.elements ?? []).map((element, index) => (
            <Element key={element.action_id ?? String(index)} element={element} blockId={block.block_id ?? ""} />
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

function Section({ block }: OneBlock): JSX.Element {
  const id = useId();
  return (
    <div class="section">
      <div class="section-text" id={id}>
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
      {block.accessory === undefined ? null : (
        <Element
          // What was entered belongs to the two ids.
          key={`${block.block_id} ${block.accessory.action_id}`}
          element={block.accessory}
          blockId={block.block_id ?? ""}
          labelledBy={id}
        />
      )}
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
