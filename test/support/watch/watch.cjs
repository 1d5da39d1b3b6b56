// Preloaded into a process: notes every socket, every question to DNS and every module that is loaded.
const { Socket: DatagramSocket } = require('node:dgram');
const dns = require('node:dns');
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const net = require('node:net');
const { pathToFileURL } = require('node:url');

function note(kind, detail) {
  appendFileSync(process.env.WATCH_FILE, `${JSON.stringify({ kind, detail })}\n`);
}

function watch(owner, name, kind) {
  const original = owner[name];
  owner[name] = function (...args) {
    note(kind, `${name} ${JSON.stringify(args[0])}`);
    return Reflect.apply(original, this, args);
  };
}

watch(net.Socket.prototype, 'connect', 'socket');
for (const name of ['send', 'connect']) watch(DatagramSocket.prototype, name, 'socket');
for (const owner of [dns, dns.promises]) {
  for (const name of ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveAny'])
    watch(owner, name, 'dns');
}
watch(Module, '_load', 'module');
Module.register('./hooks.mjs', pathToFileURL(__filename));
