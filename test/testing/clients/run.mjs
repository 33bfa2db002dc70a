/**
 * Runs one client through what every client meets, and prints how each attempt ended. Started with the client's name; the rest is in
 * the environment.
 */
const { CLIENT_CASES, ...env } = process.env;
const { list } = await import(`./${process.argv[2]}.mjs`);
const target = { loginOrigin: env.LOGIN_ORIGIN, graphOrigin: env.GRAPH_ORIGIN, tenantId: env.TENANT_ID };

/** All that a person would see of an error. */
const shown = (error) =>
  [error.code, error.errorCode, error.message, error.error_description, JSON.stringify(error)].join(" ");

const outcomes = {};
for (const [name, credential] of Object.entries(JSON.parse(CLIENT_CASES))) {
  outcomes[name] = await list(credential, target).catch(shown);
}
console.log(JSON.stringify(outcomes));
