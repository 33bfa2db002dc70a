/** The command line can't be meant so. */
export class Misuse extends Error {}
