import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { observable } from "../live/observable.js";

interface DialogProps {
  title: string;
  onClose(): void;
  children: ComponentChildren;
}

/** The browser's own: it holds the focus, closes by Esc, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  /** What the button that does it says. */
  doIt: string;
  onYes(): void;
}

const question = observable<Question | undefined>(undefined);

/** Asks before something is lost. */
export const confirm = (asked: Question) => question.set(asked);

export function ConfirmDialog() {
  const asked = question.use();
  if (!asked) return null;
  const close = () => question.set(undefined);
  const answer = () => {
    close();
    asked.onYes();
  };
  return (
    <Dialog title={asked.title} onClose={close}>
      <p>{asked.text}</p>
      <div class="actions end">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={answer}>
          {asked.doIt}
        </button>
      </div>
    </Dialog>
  );
}
