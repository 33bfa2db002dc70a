// Imported first by every measured process: connections to the real host names end at the bench server, and nowhere else.
// So each contestant is configured exactly as in production, and its own TLS, HTTP and retry code does the work.
import tls from "node:tls";

const hosts = new Set(["login.microsoftonline.com", "graph.microsoft.com"]);
const connect = tls.connect;
const port = Number(process.env.BENCH_PORT);

tls.connect = (options, ...rest) => {
  if (!hosts.has(options.host)) throw new Error(`The benchmark speaks to Entra and Graph only, not to ${options.host}`);
  return connect({ ...options, servername: options.host, host: "127.0.0.1", port }, ...rest);
};
