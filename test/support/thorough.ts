/** Whether this is `npm run test:slow`, where properties are tried as often as takes to believe them; `npm test` tries each a few times. */
export const thorough = process.env.THOROUGH === "yes";
