/** To be spread over the environment: nothing of it that the commands would read. */
export const nothingSet: Record<string, undefined> = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(AZURE_|GRAPH_APP_IDENTITY_|NO_COLOR|FORCE_COLOR)/.test(name))
    .map((name) => [name, undefined]),
);
