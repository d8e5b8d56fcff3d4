import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Offer } from "./use-offer.ts";

/** Lays the list under its field, or over it where there is no room; in the top layer, so that no dialog cuts it off. */
function place(list: HTMLElement, field: HTMLElement): void {
  const { left, top, bottom, width } = field.getBoundingClientRect();
  const gap = 4;
  const below = window.innerHeight - bottom - 2 * gap;
  const isBelow = below >= Math.min(200, top);
  list.style.left = `${left}px`;
  list.style.width = `${width}px`;
  list.style.maxHeight = `${Math.min(260, isBelow ? below : top - 2 * gap)}px`;
  list.style.top = isBelow ? `${bottom + gap}px` : "auto";
  list.style.bottom = isBelow ? "auto" : `${window.innerHeight - top + gap}px`;
}

interface OptionListProps {
  readonly id: string;
  readonly field: { readonly current: HTMLInputElement | null };
  readonly offer: Offer;
  readonly active: number;
  /** So many letters are needed; null: enough are there. */
  readonly tooShort: number | null;
  readonly onTake: (at: number) => void;
}

/** What a combobox offers. */
export function OptionList({ id, field, offer, active, tooShort, onTake }: OptionListProps): JSX.Element {
  const popup = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const put = (): void => {
      if (popup.current !== null && field.current !== null) place(popup.current, field.current);
    };
    popup.current?.showPopover();
    put();
    addEventListener("resize", put);
    addEventListener("scroll", put, true);
    return () => {
      removeEventListener("resize", put);
      removeEventListener("scroll", put, true);
    };
  }, [field]);
  useEffect(() => {
    popup.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [active, offer]);
  const options = Array.isArray(offer) ? offer : [];
  const words =
    tooShort !== null
      ? `Type ${tooShort} characters or more`
      : offer === "asking"
        ? "Loading…"
        : offer === "nothing"
          ? "These could not be loaded"
          : "No results";
  return (
    <div ref={popup} popover="manual" class="options">
      <ul id={`${id}-list`} role="listbox" aria-label="Options">
        {options.map(({ text, value }, at) => (
          <li
            key={value}
            id={`${id}-${at}`}
            role="option"
            aria-selected={at === active}
            // The field keeps the focus.
            onMouseDown={(event) => {
              event.preventDefault();
            }}
            onClick={() => {
              onTake(at);
            }}
          >
            {text}
          </li>
        ))}
      </ul>
      <p role="status">{options.length > 0 ? "" : words}</p>
    </div>
  );
}
