// A program that restage is used in: it starts a recorder, says where it listens, closes it when its standard input ends, and
// tells what has changed meanwhile of all that is global. In JavaScript, so that nothing but Node.js is in its process.
import { builtinModules, createRequire } from 'node:module';

const [upstream, folder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const builtins = builtinModules.filter((name) => !name.startsWith('_')).map((name) => [name, require(name)]);
const roots = [['globalThis', globalThis], ...builtins];
// What a program does changes these: who listens, what waits, what is cached.
const STATES =
  /^(?:globalThis|process|v8|worker_threads|diagnostics_channel)\..*(?:\._events|\.env|\.report)|^module\._|globalAgent|^process\.moduleLoadList/;

const util = require('node:util');
const { _extend } = util;
// Node.js warns whoever takes it, and others may have put something in its place.
const touched = [];
Object.defineProperty(util, '_extend', {
  get: () => {
    touched.push('util._extend');
    return _extend;
  },
  set: () => touched.push('util._extend'),
});

snapshot();
const before = snapshot();
touched.length = 0;
const { startRestage } = await import('../../dist/index.js');
const restage = await startRestage('record', {
  port: 0,
  dir: `${folder}/cassettes`,
  upstream,
  intercept: true,
  'ca-dir': `${folder}/ca`,
  fault: ['throttle,first=1', 'latency,ms=1'],
});
process.stdout.write(`${JSON.stringify({ url: restage.url, port: restage.port, trust: restage.trust })}\n`);
for await (const _ of process.stdin);
await restage.close();
const changed = [...touched, ...differences(before, snapshot())];
process.stdout.write(`${JSON.stringify(changed)}\n`);

/** Every function and plain thing that can be reached from what is global, by its path: its properties and what they are. */
function snapshot() {
  const found = new Map();
  const seen = new Set();
  const queue = roots.map(([name, value]) => [name, value, 0]);
  for (const [path, value, depth] of queue) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
      continue;
    seen.add(value);
    const properties = new Map();
    for (const key of Reflect.ownKeys(value)) {
      const name = `${path}.${String(key)}`;
      if (STATES.test(name)) continue;
      const { value: held, get, set } = Object.getOwnPropertyDescriptor(value, key);
      properties.set(String(key), typeof held === 'function' ? held : (get ?? set ?? typeof held));
      // Some are made when they are first asked for.
      if (get !== undefined && depth === 0) void value[key];
      if (depth < 4) queue.push([name, held, depth + 1]);
    }
    found.set(path, properties);
  }
  return found;
}

function differences(before, after) {
  const changed = [];
  for (const [path, properties] of before) {
    const now = after.get(path);
    for (const key of new Set([...properties.keys(), ...(now?.keys() ?? [])])) {
      if (properties.get(key) !== now?.get(key)) changed.push(`${path}.${key}`);
    }
  }
  return changed;
}
