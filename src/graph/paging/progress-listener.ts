/** An `onProgress` callback. What it throws goes to the caller; it isn't waited for, and what it rejects with ends in one warning. */
export class ProgressListener<P> {
  readonly #listener: ((progress: P) => unknown) | undefined;
  #warned = false;

  constructor(listener: ((progress: P) => unknown) | undefined) {
    this.#listener = listener;
  }

  tell(progress: P): void {
    const told = this.#listener?.(progress) as Partial<Promise<unknown>> | undefined;
    if (typeof told?.then === "function") told.then(undefined, () => this.#warn());
  }

  #warn(): void {
    if (this.#warned) return;
    this.#warned = true;
    const what = "An onProgress callback rejected. Nobody waits for it: catch within it.";
    process.emitWarning(what, { code: "GRAPH_APP_IDENTITY_PROGRESS" });
  }
}
