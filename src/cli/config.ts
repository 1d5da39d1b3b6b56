import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { parse } from 'yaml';
import { errorCode, reasonOf, UsageError } from '../errors.ts';

const CONFIG_NAMES = ['restage.config.json', 'restage.config.yaml'];

/** The config file of the working folder, if there is one. */
export function readConfig(): { name: string; values: unknown } | undefined {
  const found = CONFIG_NAMES.map((name) => ({ name, text: readIfThere(name) })).filter(
    ({ text }) => text !== undefined,
  );
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    throw new UsageError(
      `Cannot choose between '${first.name}' and '${second.name}': both are here. Remove one.`,
    );
  }
  return { name: first.name, values: parseData(first.text ?? '', first.name) };
}

/** The data in a JSON or YAML file that was named on the command line. */
export function readData(path: string): unknown {
  const text = readIfThere(path);
  if (text === undefined)
    throw new UsageError(`Cannot read '${path}': there is no such file. Correct the path.`);
  return parseData(text, path);
}

/** YAML is a superset of JSON: one parser reads both. */
function parseData(text: string, path: string): unknown {
  try {
    return loadParser()(text);
  } catch (cause) {
    const [reason] = reasonOf(cause).split('\n');
    throw new UsageError(`Cannot read '${path}': ${reason?.replace(/[.:]$/, '')}. Correct the file.`, {
      cause,
    });
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new UsageError(`Cannot read '${path}': ${reasonOf(cause)}. Correct the path.`, { cause });
  }
}

/** Most runs have no file to read: the parser is loaded for those that do. */
function loadParser(): typeof parse {
  return (createRequire(import.meta.url)('yaml') as { parse: typeof parse }).parse;
}
