/**
 * Runs one program against the tenant that the environment names, and prints what it found as JSON. It knows nothing of the emulator:
 * where its connections end is decided by what was preloaded.
 */
const { TENANT_ID: tenantId, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, ASKED: asked } = process.env;
const { read } = await import(`./${process.argv[2]}.mjs`);
const found = await read({ tenantId, clientId, clientSecret }, JSON.parse(asked));
process.stdout.write(JSON.stringify(found), () => process.exit(0));
