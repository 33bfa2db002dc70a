import type { ComponentChildren } from "preact";

interface CardProps {
  title: string;
  /** In the title's line. */
  beside?: ComponentChildren;
  children: ComponentChildren;
}

/** A part of a page, found by its title. */
export function Card({ title, beside, children }: CardProps) {
  const id = title.replaceAll(" ", "-");
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h3 id={id}>{title}</h3>
        {beside}
      </header>
      {children}
    </section>
  );
}
