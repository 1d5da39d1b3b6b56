import { closeSync, openSync, readSync } from 'node:fs';
import type { LineCounter, Pair, Scalar } from 'yaml';
import { documentBounds } from '../bounds.ts';
import { errorCode, reasonOf, UsageError } from '../errors.ts';

/** In characters: the library's reason may hold a piece of the file, however long. */
const SHOWN_LENGTH = 200;

/** The data in a JSON or YAML file that was named on the command line. @throws {@link UsageError} */
export async function readData(path: string): Promise<unknown> {
  const text = readIfThere(path);
  if (text === undefined)
    throw new UsageError(`Cannot read '${path}': there is no such file. Correct the path.`);
  return parseData(text, path);
}

/** The text of a file, without a byte order mark; nothing when there is no such file. @throws {@link UsageError} */
export function readIfThere(path: string): string | undefined {
  try {
    return new TextDecoder().decode(readBytes(path));
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new UsageError(`Cannot read '${path}': ${reasonOf(cause)}. Correct the path.`, { cause });
  }
}

/** Read piece by piece: it may be a pipe, or a device that never ends. */
function readBytes(path: string): Uint8Array {
  const most = documentBounds.settingsFileBytes;
  const bytes = new Uint8Array(most + 1);
  const file = openSync(path, 'r');
  try {
    let length = 0;
    for (;;) {
      const count = readSync(file, bytes, length, bytes.length - length, null);
      if (count === 0) return bytes.subarray(0, length);
      length += count;
      if (length > most) throw new Error(`it has more than ${most / 1024} KB`);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The data in JSON or YAML. YAML is a superset of JSON: one parser reads both. Most runs have no file to read, and do not
 * load it.
 * @throws {@link UsageError} that says where the mistake is.
 */
export async function parseData(text: string, path: string): Promise<unknown> {
  const { LineCounter, parseDocument, visit } = await import('yaml');
  // The library compares each field with each, and shows the place of each mistake: here the first one is enough.
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false, lineCounter });
  try {
    // What it warns of is a mistake, too: a tag that nothing is made of.
    const [flaw] = [...document.errors, ...document.warnings];
    if (flaw !== undefined) throw mistakeAt(lineCounter, flaw.message, flaw.pos[0]);
    visit(document, {
      Map: (_, { items }) => {
        const repeated = findRepeated(items);
        if (repeated === undefined) return;
        throw mistakeAt(lineCounter, 'a field is given twice', repeated);
      },
    });
    return document.toJS({ maxAliasCount: documentBounds.aliases });
  } catch (cause) {
    const [reason] = reasonOf(cause).split('\n');
    const shown = reason?.slice(0, SHOWN_LENGTH).replace(/[.:]$/, '');
    throw new UsageError(`Cannot read '${path}': ${shown}. Correct the file.`, { cause });
  }
}

/** Where a field stands that stands before it in the same map; nothing when each is there once. */
function findRepeated(items: readonly Pair[]): number | undefined {
  const names = new Set<unknown>();
  for (const { key } of items) {
    // A list or a map for a name has no value, nor has no name at all.
    const { value, range } = (key ?? {}) as Partial<Scalar.Parsed>;
    if (value !== undefined && names.has(value)) return range?.[0];
    names.add(value);
  }
  return undefined;
}

function mistakeAt(lineCounter: LineCounter, message: string, offset = -1): Error {
  if (offset < 0) return new Error(message);
  const { line, col } = lineCounter.linePos(offset);
  return new Error(`${message} at line ${line}, column ${col}`);
}
