import { useEffect, useState } from "preact/hooks";
import { useKnown } from "./known.js";

/** The emulator's time in milliseconds, every second anew. */
export function useNow(): number {
  const { clock } = useKnown();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  return now + (clock?.offsetMs ?? 0);
}
