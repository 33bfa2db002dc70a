/** Whether this is `npm run test:slow`, where properties are tried as often as takes to believe them; `npm test` tries each a few times. */
export const thorough = process.env.THOROUGH === "yes";

/** Rows to try: all of them in `npm run test:slow`, and in `npm test` each `step`-th, the same every time. */
export function sampled<Row>(rows: readonly Row[], step: number): readonly Row[] {
  return thorough ? rows : rows.filter((_, index) => index % step === 0);
}
