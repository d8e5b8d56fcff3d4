import { useContext, useEffect, useState } from "preact/hooks";
import { PageContext } from "./context.ts";
import type { Found } from "./wire.ts";

/** How long nobody types before the app is asked. */
const pauseMs = 150;

export type Offer = Found | "asking" | "nothing";

/** What the app offers for what is typed; nothing is asked while that is null. The last question wins, however late an earlier one is answered. */
export function useOffer(view: string, actionId: string, typed: string | null, least: number): Offer {
  const { lookUp } = useContext(PageContext);
  const [offer, setOffer] = useState<Offer>("asking");
  useEffect(() => {
    let isOver = false;
    const ask = async (): Promise<void> => {
      const found = await lookUp({ view, actionId, typed: typed ?? "" });
      if (!isOver) setOffer(found ?? "nothing");
    };
    const isAsked = typed !== null && typed.length >= least;
    setOffer(typed === null || isAsked ? "asking" : []);
    const timer = isAsked ? setTimeout(() => void ask(), typed === "" ? 0 : pauseMs) : undefined;
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [lookUp, view, actionId, typed, least]);
  return offer;
}
