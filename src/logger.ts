/** Where notices go. `console` and a pino logger fit as they are. Every line is one sentence without secrets. */
export interface Logger {
  debug?(message: string): void;
  info?(message: string): void;
  warn?(message: string): void;
  error?(message: string): void;
}

/** Says one line. A logger that throws, now or later, must not fail the job it reports on. */
export function log(logger: Logger | undefined, level: keyof Logger, message: string): void {
  try {
    const said: unknown = logger?.[level]?.(message);
    Promise.resolve(said).catch(() => {});
  } catch {
    // Nothing to be done about a broken logger.
  }
}
