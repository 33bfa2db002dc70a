/**
 * The daemon console quickstart, grown up: reads the users of a directory as the app itself and prints them as they arrive.
 *
 *   npm start                        the embedded tenant: no account, no network
 *   npm start -- parameters.json     a real tenant, with the quickstart's file
 *   npm start -- --env               a real tenant, with the AZURE_* variables
 */
import { once } from "node:events";
import {
  AppIdentityAuthProvider,
  type AppIdentityErrorCode,
  type Client,
  countUsers,
  createGraphClient,
  isAppIdentityError,
  type ListProgress,
  type Logger,
  listAll,
  listUsers,
  readParameters,
} from "graph-app-identity";
import { readCommandLine, wholeNumber } from "./command-line.js";
import { outputFormat, type Row } from "./output.js";
import { inWords, progressLine, whatIsLeft } from "./progress-line.js";

const usage = `Usage: npm start -- [parameters.json | --env] [--format json|ndjson|csv|table] [--users N]

  parameters.json   the quickstart's file: a real tenant
  --env             a real tenant, from AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, …
  --format F        how to print on stdout (default json)
  --users N         size of the embedded tenant that is used without any of these (default 25)
`;

const done = 0;
const failed = 1;
const misused = 2;
const mostUsers = 10_000_000;
/** What is wrong with what the daemon was given, not with the work. */
const misuse: AppIdentityErrorCode[] = [
  "invalid_parameters",
  "invalid_options",
  "invalid_scope",
  "invalid_certificate",
  "certificate_expired",
];

/** What Graph gives of a user that nothing was selected of. */
const userColumns =
  "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName id";

const stderr = (line: string) => process.stderr.write(`${line}\n`);
const number = new Intl.NumberFormat("en");

const logger: Logger = Object.fromEntries(
  (["info", "warn", "error"] as const).map((level) => [
    level,
    (message: string) => {
      progressLine.hide();
      stderr(message);
    },
  ]),
);

process.exitCode = await main();

async function main(): Promise<number> {
  const options = parseCommandLine();
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));
  // `| head` closes the pipe when it has enough: that is the end of the work, not a failure. A full disk is one.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => stop.abort(error.code === "EPIPE" ? "EPIPE" : error));

  let close: (() => Promise<void>) | undefined;
  let count = 0;
  try {
    const source = await openSource(options);
    close = source.close;
    const client = createGraphClient({ authProvider: source.authProvider });
    const format = options.format(columnsOf(source.endpoint));
    const total = expectedUsers(client, source, stop.signal);
    let last: ListProgress | undefined;
    const listing = {
      signal: stop.signal,
      onProgress(progress: ListProgress) {
        last = progress;
        const left = whatIsLeft(progress, progress.total ?? total.users);
        progressLine.show(
          [`${number.format(progress.items)} read`, left, inWords(progress)].filter(Boolean).join(", "),
        );
      },
    };
    const rows: AsyncIterable<Row> =
      source.endpoint === undefined
        ? (listUsers(client, listing) as AsyncIterable<Row>)
        : listAll<Row>(client, source.endpoint, listing);

    await write(format.begin, stop.signal);
    for await (const row of rows) {
      await write(format.row(row, count), stop.signal);
      count += 1;
    }
    await write(format.end?.(count), stop.signal);
    await written(stop.signal);
    progressLine.hide();
    stderr(`${number.format(count)} read, complete${last ? ` (${inWords(last)})` : ""}.`);
    return done;
  } catch (error) {
    progressLine.wipe();
    if (stop.signal.reason === "EPIPE") return done;
    if (stop.signal.reason instanceof Error)
      stderr(`The output can't be written after ${number.format(count)}: ${stop.signal.reason.message}`);
    else if (stop.signal.aborted)
      stderr(`Stopped by ${stop.signal.reason} after ${number.format(count)}: the output is not complete.`);
    else explain(error, count);
    return isAppIdentityError(error) && misuse.includes(error.code) ? misused : failed;
  } finally {
    stop.abort();
    await close?.();
  }
}

function parseCommandLine() {
  const options = {
    format: { type: "string", default: "json" },
    users: { type: "string", default: "25" },
    env: { type: "boolean", default: false },
  } as const;
  return readCommandLine({ usage, options, allowPositionals: true }, ({ values, positionals }) => {
    const format = outputFormat(values.format, process.stdout.columns || 120);
    if (format === undefined) throw new Error(`--format ${values.format} is not one of json, ndjson, csv, table.`);
    const users = wholeNumber("users", values.users, { to: mostUsers });
    checkDashes(positionals);
    if (positionals.length + Number(values.env) > 1) throw new Error("Give one parameters.json, or --env, or neither.");
    return { parameters: positionals[0], environment: values.env, format, users };
  });
}

/** npm keeps options for itself that don't stand behind `--`, and hands on what is left of them. */
function checkDashes([first]: readonly string[]): void {
  const kept = ["users", "format", "env"].filter((name) => process.env[`npm_config_${name}`] !== undefined);
  const [name] = kept;
  if (process.env.npm_lifecycle_event === "start" && name !== undefined) {
    const value = name === "env" ? "" : ` ${first ?? "…"}`;
    throw new Error(`npm has kept --${name} for itself. Write it behind two dashes: npm start -- --${name}${value}`);
  }
  if (/^\d+$/.test(first ?? ""))
    throw new Error(`"${first}" is no file. For that many users: npm start -- --users ${first}`);
}

type Options = ReturnType<typeof parseCommandLine>;

interface Source {
  authProvider: AppIdentityAuthProvider;
  /** What to list instead of the users, if the parameters say so. */
  endpoint?: string;
  /** How many users there are, where that is known without asking. */
  users?: number;
  close?(): Promise<void>;
}

/** Where to read from: the parameters given, the environment, or the embedded tenant. */
async function openSource({ parameters, environment, users }: Options): Promise<Source> {
  if (environment) return { authProvider: AppIdentityAuthProvider.fromEnvironment(process.env, { logger }) };
  if (parameters !== undefined) {
    const { endpoint } = readParameters(parameters);
    const authProvider = AppIdentityAuthProvider.fromParameters(parameters, { logger });
    return isUsers(endpoint) ? { authProvider } : { authProvider, endpoint };
  }
  const { startEmulator } = await import("graph-app-identity/testing");
  const { tenantId, clientId, clientSecret, domain, fetch, stop } = await startEmulator({ users });
  stderr(
    `No parameters given: this is the embedded tenant ${domain} with ${number.format(users)} users (npm start -- parameters.json reads yours).`,
  );
  const authProvider = new AppIdentityAuthProvider({ tenantId, clientId, clientSecret, fetch, logger });
  return { authProvider, users, close: stop };
}

/** How many users are to come, for the one who watches: Graph is asked beside the listing, which doesn't wait for the answer. */
function expectedUsers(client: Client, { users, endpoint }: Source, signal: AbortSignal): { users?: number } {
  const expected: { users?: number } = users === undefined ? {} : { users };
  if (users !== undefined || endpoint !== undefined || !process.stderr.isTTY) return expected;
  countUsers(client, { signal }).then(
    (count) => {
      expected.users = count;
    },
    // What is wrong is told by the listing.
    () => {},
  );
  return expected;
}

/** The columns of an answer that may have no row to take them from, as far as they are known. */
function columnsOf(endpoint: string | undefined): string[] {
  if (endpoint === undefined) return userColumns.split(" ");
  const selected = new URL(endpoint, "https://graph.microsoft.com").searchParams.get("$select");
  return selected?.split(",").map((name) => name.trim()) ?? ["id"];
}

function isUsers(endpoint: string | undefined): endpoint is undefined {
  return endpoint === undefined || /^https:\/\/[^/]+\/v1\.0\/users\/?$/.test(endpoint);
}

/** Writes and waits for the reader, so that a slow one costs time instead of memory. */
async function write(text: string | undefined, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (!text) return;
  if (process.stdout.isTTY) progressLine.hide();
  if (!process.stdout.write(text)) await once(process.stdout, "drain", { signal });
}

/** Waits until all of it has got where it goes: the last of it may be what finds the disk full. */
async function written(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => process.stdout.write("", resolve));
  // The error of a write is told a moment after it.
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

/** Says what happened as the quickstart does, and what to do about it. */
function explain(error: unknown, count: number): void {
  if (count > 0) stderr(`Failed after ${number.format(count)}: the output is not complete.`);
  if (!isAppIdentityError(error)) {
    stderr(String(error instanceof Error ? error.stack : error));
    return;
  }
  if (error.oauthError) {
    stderr(`error: ${error.oauthError}`);
    stderr(`error_description: ${error.oauthDescription ?? error.message}`);
    stderr(`correlation_id: ${error.correlationId ?? "none"}`);
  } else {
    stderr(`${error.code}: ${error.message}`);
    if (error.requestId) stderr(`request-id: ${error.requestId}`);
  }
  stderr(`What to do: ${error.remedy}`);
  if (error.adminConsentUrl) stderr(`Admin consent: ${error.adminConsentUrl}`);
}
