import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PaneProps {
  title: string;
  /** Where the list is that it was opened from. */
  closeTo: string;
  /** What is shown, so that another one takes the focus. */
  of: string;
  children: ComponentChildren;
}

/** Beside a list: one of its rows, in full. It takes the focus; Esc and its link give it back to the row. */
export function Pane({ title, closeTo, of, children }: PaneProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [of]);
  return (
    <section class="pane" aria-labelledby="pane-title">
      <header>
        <h2 id="pane-title" ref={heading} tabIndex={-1}>
          {title}
        </h2>
        <a class="button small" href={closeTo} data-close>
          Close
        </a>
      </header>
      {children}
    </section>
  );
}
