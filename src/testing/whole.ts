/** What is built once, for those who import the emulator and for its command. */
export { createClientCertificate } from "./client-certificate.js";
export { emulatorCommand } from "./command/command.js";
export { startEmulator, startFurnished } from "./emulator.js";
