/**
 * Preloaded into a client's process: connections to Microsoft's hosts end at the emulator, as if a resolver had sent them there, and any
 * other connection ends the process. Names, certificates and requests stay those of the real hosts.
 */
const tls = require("node:tls");
const net = require("node:net");

const port = Number(process.env.EMULATOR_PORT);
const { connect } = tls;
tls.connect = (...args) => {
  const [options, ...rest] = args;
  const host = options.servername || options.host;
  if (!/^(login\.microsoftonline|graph\.microsoft)\.com$/.test(host)) fail(host);
  return connect({ ...options, socket: undefined, host: "127.0.0.1", port, servername: host }, ...rest);
};

const connectSocket = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [first] = args;
  const options = Array.isArray(first) ? first[0] : first;
  if (options?.port !== undefined && Number(options.port) !== port) fail(`${options.host}:${options.port}`);
  return connectSocket.apply(this, args);
};

function fail(host) {
  process.stderr.write(`A connection to ${host} was attempted.\n`);
  process.exit(3);
}
