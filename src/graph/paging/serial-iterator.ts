/**
 * An iterator whose calls wait for each other, so that concurrent `next()` calls get different values, in order. After
 * an error it has ended. `return()`, which is what `break` calls, doesn't wait: it stops whatever is under way.
 */
export abstract class SerialIterator<V> implements AsyncIterableIterator<V> {
  /** Calls that wait for their value. */
  protected waiting = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** The next value, or `undefined` at the end. */
  protected abstract produce(): Promise<V | undefined>;

  /** Stops whatever is under way. Called once. */
  protected abstract stop(): void;

  protected get closed(): boolean {
    return this.#closed;
  }

  next(): Promise<IteratorResult<V, undefined>> {
    this.waiting += 1;
    const result = this.#tail.then(() => this.#step());
    const settled = () => {
      this.waiting -= 1;
    };
    this.#tail = result.then(settled, settled);
    return result;
  }

  async return(): Promise<IteratorResult<V, undefined>> {
    this.#close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #step(): Promise<IteratorResult<V, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      const value = await this.produce();
      if (value !== undefined && !this.#closed) return { done: false, value };
    } catch (error) {
      if (!this.#closed) {
        this.#close();
        throw error;
      }
    }
    return this.return();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.stop();
  }
}
