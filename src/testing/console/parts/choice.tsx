interface ChoiceProps<T extends string> {
  label: string;
  choices: Readonly<Record<T, string>>;
  chosen: T;
  onChoose(choice: T): void;
}

/** One of several, of which one is always chosen. */
export function Choice<T extends string>({ label, choices, chosen, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {(Object.entries(choices) as [T, string][]).map(([value, text]) => (
        <button type="button" key={value} aria-pressed={value === chosen} onClick={() => onChoose(value)}>
          {text}
        </button>
      ))}
    </fieldset>
  );
}
