/** What the rooms of the emulator hand each other: one request as it came in, one answer as it goes out. */

export interface WireRequest {
  method: string;
  /** As the client meant it: with the real Microsoft host where `emulator.fetch` carried it here. */
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: string;
  /** Milliseconds since 1970 on the emulator's clock. */
  at: number;
}

export interface WireReply {
  status: number;
  headers: Record<string, string | readonly string[]>;
  body?: string | Uint8Array;
  /** Application permissions of which the caller had none, each enough. Not sent: for the log. */
  lacks?: readonly string[];
}

/** Time as the emulator sees it: it can be moved. */
export interface EmulatorClock {
  now(): number;
}
