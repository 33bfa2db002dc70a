import type { PageName } from "../address.js";

/** Drawn on a field of 20 × 20. */
const paths = {
  overview: "M3 3h6v8H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 13h6v4H3z",
  requests: "M3 6h12m-3-3 3 3-3 3M17 14H5m3-3-3 3 3 3",
  directory:
    "M7.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3.5 2-5.5 5.5-5.5S13 13.5 13 17M13 3.5a3 3 0 0 1 0 5.2M15 12c2 .8 3 2.5 3 5",
  apps: "M13 3a4 4 0 1 1-3.4 6.1L3 15.7V17h3v-2h2v-2h2l1.3-1.3M14 6.5h.01",
  faults: "M11 2 4 11.5h5L8 18l8-10h-5.5z",
  tenant:
    "M3 6h8m4 0h2M3 14h2m4 0h8M13 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM7 16.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
} satisfies Record<PageName, string>;

/** Beside a word that says the same. */
export function Icon({ name }: { name: PageName }) {
  return (
    <svg viewBox="0 0 20 20" class="icon" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
