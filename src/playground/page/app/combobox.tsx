import type { JSX } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { type ElementProps, labelOf, useNaming, useStanding } from "./element-props.ts";
import { Surface } from "./surface.ts";
import { useChosen } from "./use-chosen.ts";
import { OptionList } from "./option-list.tsx";
import { type Offer, useOffer } from "./use-offer.ts";

/** Letters that Slack waits for where the menu does not say so itself. */
const defaultQueryLength = 3;

interface Choice {
  readonly value: string;
  readonly text: string;
}

interface Menu {
  readonly isOpen: boolean;
  /** What its field shows. */
  readonly text: string;
  readonly offer: Offer;
  readonly active: number;
  readonly tooShort: boolean;
  /** Opens the list; text: for what is typed. */
  readonly show: (text: string | null) => void;
  readonly take: (at: number) => void;
  readonly leave: () => void;
  readonly keys: Readonly<Record<string, () => void>>;
}

/** What the menu shows, and what becomes of it by keys and clicks. */
function useMenu(props: ElementProps, least: number): Menu {
  const { view, pick } = useContext(Surface);
  const standing = useStanding(props)?.selected_option;
  const [chosen, choose] = useChosen<Choice>(
    { value: standing?.value ?? "", text: labelOf(standing?.text) },
    ({ value }) => pick(props.blockId, props.element.action_id ?? "", value),
  );
  const [isOpen, setOpen] = useState(false);
  /** What is typed while the list is open; null: nothing yet. */
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(-1);
  const place = `${props.blockId}/${props.element.action_id ?? ""}`;
  const offer = useOffer(view?.id ?? "", place, isOpen ? (typed ?? "") : null, least);
  const options = Array.isArray(offer) ? offer : [];
  useEffect(() => {
    // Typing something chooses the first that fits.
    setActive(typed === null || typed === "" || !Array.isArray(offer) || offer.length === 0 ? -1 : 0);
  }, [offer, typed]);
  const show = (text: string | null): void => {
    setOpen(true);
    setTyped(text);
  };
  const close = (): void => {
    setOpen(false);
    setTyped(null);
  };
  const take = (at: number): void => {
    const option = options[at];
    if (option === undefined) return;
    close();
    if (option.value !== chosen.value) void choose(option);
  };
  const move = (by: number): void => {
    if (!isOpen) show(null);
    else if (options.length > 0) setActive((Math.max(active, by > 0 ? -1 : 0) + by + options.length) % options.length);
  };
  return {
    isOpen,
    text: typed ?? chosen.text,
    offer,
    active,
    tooShort: (typed ?? "").length < least,
    show,
    take,
    leave: () => {
      close();
      // An emptied field takes the choice back, where there need not be one.
      if (typed === "" && chosen.value !== "" && props.required === false) void choose({ value: "", text: "" });
    },
    keys: {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      Enter: () => (isOpen ? take(active) : show(null)),
      ...(isOpen && { Escape: close }),
    },
  };
}

/** A menu that looks things up as one types: ARIA's combobox with a list. */
export function Combobox(props: ElementProps): JSX.Element {
  const { element } = props;
  const placeholder = labelOf(element.placeholder) || "Choose an option";
  const least = element.min_query_length ?? defaultQueryLength;
  const { isOpen, text, offer, active, tooShort, show, take, leave, keys } = useMenu(props, least);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <div class="combobox">
      <input
        {...useNaming(props, placeholder)}
        ref={field}
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck={false}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={isOpen ? `${id}-list` : undefined}
        aria-activedescendant={isOpen && active >= 0 ? `${id}-${active}` : undefined}
        placeholder={placeholder}
        value={text}
        onClick={() => {
          if (isOpen) return;
          field.current?.select();
          show(null);
        }}
        onInput={({ currentTarget: { value } }) => {
          show(value);
        }}
        onBlur={leave}
        onKeyDown={(event) => {
          const act = event.isComposing ? undefined : keys[event.key];
          if (act === undefined) return;
          // Neither sends the modal nor closes it.
          event.preventDefault();
          act();
        }}
      />
      {isOpen ? (
        <OptionList
          id={id}
          field={field}
          offer={offer}
          active={active}
          tooShort={tooShort ? least : null}
          onTake={take}
        />
      ) : null}
    </div>
  );
}
