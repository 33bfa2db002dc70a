/**
 * Preloaded into a child process: the runtime's own fetch meets the emulator at EMULATOR_ORIGIN under the real host names, so that a
 * program needs no change to be tested.
 */
import { createCarrier } from "../../src/testing/server/emulator-fetch.js";

globalThis.fetch = createCarrier(String(process.env.EMULATOR_ORIGIN), []);
