import { useEffect, useState } from "preact/hooks";

/** How long a choice is shown that the modal does not have after all. */
const patienceMs = 600;

/**
 * What is chosen: at once what was picked just now, and what stands in the modal as soon as that agrees; or when it does not come to agree, because
 * the app has put something else there. `stays`: nothing stands anywhere, so that the last choice is shown from then on.
 */
export function useChosen<T>(
  standing: T,
  pick: (value: T) => Promise<void>,
  stays = false,
): readonly [shown: T, choose: (value: T) => Promise<void>] {
  const [picked, setPicked] = useState<{ readonly value: T }>();
  const agrees = picked !== undefined && JSON.stringify(picked.value) === JSON.stringify(standing);
  useEffect(() => {
    if (agrees) setPicked(undefined);
  }, [agrees]);
  const choose = async (value: T): Promise<void> => {
    const mine = { value };
    setPicked(mine);
    await pick(value);
    if (!stays) setTimeout(() => setPicked((now) => (now === mine ? undefined : now)), patienceMs);
  };
  return [picked === undefined ? standing : picked.value, choose];
}
