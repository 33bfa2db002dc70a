/** Something that one waits for and another tells of. What was told while nobody waited isn't lost. */
export class Signal {
  #told = false;
  #wake: (() => void) | undefined;

  wait(): Promise<void> {
    if (this.#told) {
      this.#told = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  wake(): void {
    const waiting = this.#wake;
    this.#wake = undefined;
    if (waiting === undefined) this.#told = true;
    else waiting();
  }
}
