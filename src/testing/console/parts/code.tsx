/** Text of a program or an answer. It can be scrolled, by keys too. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class="code" tabIndex={0} aria-label={label}>
      <pre>
        <code>{text}</code>
      </pre>
    </section>
  );
}

/** A property and its value. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: unknown])[] }) {
  const there = of.filter(([, value]) => value !== undefined && value !== "");
  return (
    <dl class="facts">
      {there.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
