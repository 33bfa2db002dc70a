import { useEffect, useState } from "preact/hooks";
import { type CallFailure, get } from "../calls/call.js";
import { useKnown } from "./known.js";

export interface Asked<T> {
  /** The latest answer; that of another path until the new one is there. */
  answer?: T;
  failure?: string;
}

/** What a call answers, asked again when the path or the state changes. */
export function useAnswer<T>(path: string | undefined): Asked<T> {
  const { changes } = useKnown();
  const [asked, setAsked] = useState<Asked<T> & { path?: string }>({});
  useEffect(() => {
    if (path === undefined) return;
    let current = true;
    get<T>(path).then(
      (answer) => current && setAsked({ answer, path }),
      (failure: CallFailure) => current && setAsked({ failure: failure.message, path }),
    );
    return () => {
      current = false;
    };
  }, [path, changes]);
  return asked;
}
