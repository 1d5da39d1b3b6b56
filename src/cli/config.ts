import { readFileSync } from 'node:fs';
import { errorCode, reasonOf, UsageError } from '../errors.ts';

const CONFIG_NAMES = ['restage.config.json', 'restage.config.yaml'];

/** The config file of the working folder, if there is one. */
export async function readConfig(): Promise<{ name: string; values: unknown } | undefined> {
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
  return { name: first.name, values: await parseData(first.text ?? '', first.name) };
}

/** The data in a JSON or YAML file that was named on the command line. */
export async function readData(path: string): Promise<unknown> {
  const text = readIfThere(path);
  if (text === undefined)
    throw new UsageError(`Cannot read '${path}': there is no such file. Correct the path.`);
  return parseData(text, path);
}

/** YAML is a superset of JSON: one parser reads both. Most runs have no file to read, and do not load it. */
async function parseData(text: string, path: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(text);
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
