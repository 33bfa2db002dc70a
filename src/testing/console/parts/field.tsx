import type { ComponentChildren, InputHTMLAttributes } from "preact";

interface TextFieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  type?: "text" | "search" | "number" | "datetime-local" | "password";
  hint?: string;
  list?: string;
  required?: boolean;
  placeholder?: string;
  /** Found by the key `/`. */
  search?: boolean;
}

export function TextField({ label, value, onInput, type = "text", hint, search, list, ...rest }: TextFieldProps) {
  // Which attributes fit which type is more than a compiler sees through here.
  const attributes = {
    ...rest,
    ...(list !== undefined && { list }),
    type,
    value,
    autoComplete: "off",
    spellcheck: false,
    step: type === "number" ? "any" : undefined,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement }) => onInput(currentTarget.value),
  } as InputHTMLAttributes;
  return (
    <label class="field">
      <span>{label}</span>
      <input {...attributes} data-search={search} />
      {hint && <small>{hint}</small>}
    </label>
  );
}

interface SelectFieldProps {
  label: string;
  value: string;
  /** Value and what it is called. */
  choices: Readonly<Record<string, string>>;
  onChoose(value: string): void;
}

export function SelectField({ label, value, choices, onChoose }: SelectFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {Object.entries(choices).map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

export function CheckField({
  checked,
  onChange,
  children,
}: {
  checked: boolean;
  onChange(checked: boolean): void;
  children: ComponentChildren;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{children}</span>
    </label>
  );
}

/** A form that is sent by its button or Enter, and leads nowhere. */
export function Form({ onSend, children }: { onSend(): void; children: ComponentChildren }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      {children}
    </form>
  );
}
