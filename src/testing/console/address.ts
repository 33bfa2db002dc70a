import { useEffect, useState } from "preact/hooks";

/** The pages, in the order of their keys. */
export const pages = ["overview", "requests", "directory", "apps", "faults", "tenant"] as const;
export type PageName = (typeof pages)[number];

/** Where the console is: `#/apps/<id>` is the page `apps` with one thing open. */
export interface Address {
  page: PageName;
  rest: string[];
}

export function addressOf(hash: string): Address {
  try {
    const [page, ...rest] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
    if (pages.includes(page as PageName)) return { page: page as PageName, rest };
  } catch {
    // Typed by hand.
  }
  return { page: "overview", rest: [] };
}

export const linkTo = (page: PageName, ...rest: string[]) => `#/${[page, ...rest].map(encodeURIComponent).join("/")}`;

export function goTo(page: PageName, ...rest: string[]): void {
  location.hash = linkTo(page, ...rest);
}

export function useAddress(): Address {
  const [address, setAddress] = useState(addressOf(location.hash));
  useEffect(() => {
    const changed = () => setAddress(addressOf(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return address;
}
