// Preloaded into a process: every name leads to the address in RESOLVES_TO, and to none when that is empty.
const dns = require('node:dns');
const { syncBuiltinESMExports } = require('node:module');

const address = process.env.RESOLVES_TO;

function find(host) {
  if (address) return { address, family: address.includes(':') ? 6 : 4 };
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
}

dns.promises.lookup = async (host, options) => (options?.all ? [find(host)] : find(host));
const original = dns.lookup;
dns.lookup = (host, ...rest) => {
  const done = rest.at(-1);
  // What a server listens on is looked up, too.
  if (host === '127.0.0.1') original(host, ...rest);
  else
    dns.promises
      .lookup(host, rest[0])
      .then(
        (found) => (Array.isArray(found) ? done(null, found) : done(null, found.address, found.family)),
        done,
      );
};
syncBuiltinESMExports();
