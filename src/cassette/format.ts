import type { Key } from '../aws/apigateway/key.ts';
import { isSuccess, type Operation } from '../aws/apigateway/operation.ts';
import { findOperation, operationNames } from '../aws/apigateway/operations.ts';
import { documentBounds } from '../bounds.ts';
import type { Representation } from '../call.ts';
import { reasonOf } from '../errors.ts';
import {
  countValues,
  equalJson,
  isJsonObject,
  type Json,
  JsonLimitError,
  type JsonObject,
  numberText,
  objectOf,
  parseJson,
  sortKeys,
  tooManyValues,
  writeJson,
} from '../json.ts';
import { suggestNames } from '../known-names.ts';
import { TooLargeError } from './text-file.ts';

/** The version of the file format that this code reads and writes. */
const VERSION = 1;

/** One recorded answer. Takes do not change: what differs is another take. */
export interface Take {
  readonly status: number;
  /** The representation that it came in. */
  readonly representation: Representation;
  readonly region: string;
  /** When it was recorded: ISO 8601, whole seconds. */
  readonly recordedAt: string;
  /** How many equal answers in a row it stands for. */
  readonly times: number;
  /** Of a read, the number of the last write of its cassette that concerned it; of a write, its own. 0 before the first. */
  readonly at: number;
  /** The operation's own fields, or `error`; keys in order, redacted. */
  readonly content: JsonObject;
}

/** A key and its takes, in order, region by region. */
export interface Interaction {
  readonly key: Key;
  readonly operation: Operation;
  readonly takes: readonly Take[];
}

/**
 * Reads a cassette's file, trusting nothing in it.
 * @param restApiId whose file it is: an API's, or the account's.
 * @throws Error with the reason when it is not the recordings of that API in this version's format.
 */
export function parseCassetteFile(text: string, restApiId: string | undefined): Interaction[] {
  const document = parseDocument(text);
  const version = isJsonObject(document) ? numberText(document.restage) : undefined;
  if (version !== String(VERSION)) {
    throw new Error(`it is not of version ${VERSION} of the format ('restage' is ${version ?? 'missing'})`);
  }
  const { restage: _, restApiId: id, interactions: list, ...others } = document as JsonObject;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong('content', `it has an unknown field ${JSON.stringify(unknown)}`);
  if (restApiId !== undefined && typeof id !== 'string') throw wrong('restApiId', 'it is no text');
  if (!Array.isArray(list)) throw wrong('interactions', 'it is no list');
  if (id !== restApiId) throw new Error(`it holds another API, '${String(id)}'`);
  const interactions = list.map((one, at) => toInteraction(one, restApiId, `interactions.${at}`));
  if (interactions.length > 1 && new Set(interactions.map(({ key }) => key.text)).size < interactions.length)
    throw new Error('it holds the same interaction twice');
  return interactions;
}

/** Takes do not change: each is written once, with the place that it has in a file. */
const writtenTakes = new WeakMap<Take, { readonly text: string; readonly values: number }>();
/** The document, its version, its id and its list; of an interaction besides its fields, its operation and its list. */
const VALUES_OF_FILE = 4;
const VALUES_OF_INTERACTION = 2;

/**
 * Writes a cassette's file: pretty, in one order, each take serialised once.
 * @throws {@link TooLargeError} for more than is read again.
 */
export function writeCassetteFile(
  restApiId: string | undefined,
  interactions: readonly Interaction[],
): string {
  checkValues(interactions);
  const sorted = interactions
    .map((interaction) => ({ interaction, place: sortText(interaction.key) }))
    .sort((a, b) => byText(a.place, b.place) || byText(a.interaction.key.text, b.interaction.key.text));
  const list = sorted.map(({ interaction }) => `    ${writeInteraction(interaction)}`).join(',\n');
  const owner = restApiId === undefined ? '' : `  "restApiId": ${JSON.stringify(restApiId)},\n`;
  const head = `{\n  "restage": ${VERSION},\n${owner}  "interactions": `;
  return `${head}${sorted.length === 0 ? '[]' : `[\n${list}\n  ]`}\n}\n`;
}

/** Whether two takes are the same answer: whatever their times and when they were recorded. */
export function isSameAnswer(
  a: Pick<Take, 'status' | 'content'>,
  b: Pick<Take, 'status' | 'content'>,
): boolean {
  return a.status === b.status && equalJson(a.content, b.content);
}

/** Whether two interactions are written alike. */
export function isSameInteraction(a: Interaction, b: Interaction): boolean {
  const isSameKey = a.key.text === b.key.text && a.takes.length === b.takes.length;
  return isSameKey && a.takes.every((take, at) => isSameTake(take, b.takes[at] as Take));
}

function isSameTake(a: Take, b: Take): boolean {
  return a === b || writeTake(a).text === writeTake(b).text;
}

function checkValues(interactions: readonly Interaction[]): void {
  let values = VALUES_OF_FILE;
  for (const { key, takes } of interactions) {
    values += VALUES_OF_INTERACTION + countValues(key.fields);
    for (const take of takes) values += writeTake(take).values;
  }
  if (values > documentBounds.fileValues) throw new TooLargeError(tooManyValues(documentBounds.fileValues));
}

function writeInteraction({ key, takes }: Interaction): string {
  const head = indent(writeJson({ operation: key.operation, ...key.fields }, 2), 4);
  const list = takes.map((take) => `\n        ${writeTake(take).text}`).join(',');
  // Instead of the brace at its end.
  return `${head.slice(0, -'\n    }'.length)},\n      "takes": [${list}\n      ]\n    }`;
}

function writeTake(take: Take): { readonly text: string; readonly values: number } {
  const known = writtenTakes.get(take);
  if (known !== undefined) return known;
  const fields = takeFields(take);
  const written = { text: indent(writeJson(fields, 2), 8), values: countValues(fields) };
  writtenTakes.set(take, written);
  return written;
}

/** Strings hold no raw newline in JSON, so the lines can be indented as they stand. */
function indent(written: string, blanks: number): string {
  return written.replaceAll('\n', `\n${' '.repeat(blanks)}`);
}

function takeFields({ status, representation, region, recordedAt, times, at, content }: Take): JsonObject {
  return {
    status,
    representation,
    region,
    recordedAt,
    ...(times > 1 && { times }),
    ...(at > 0 && { at }),
    ...content,
  };
}

function toInteraction(value: Json, restApiId: string | undefined, path: string): Interaction {
  const { operation: name, takes, ...rest } = fieldsOf(value, path);
  if (typeof name !== 'string') throw wrong(`${path}.operation`, 'it is no text');
  const operation = findOperation(name);
  if (operation === undefined)
    throw new Error(`it holds an operation '${name}'; ${suggestNames(name, operationNames())}`);
  if (!Array.isArray(takes) || takes.length === 0) throw wrong(`${path}.takes`, 'it is no list of takes');
  return {
    key: operation.keyOf(restApiId, withoutPrototype(rest)),
    operation,
    takes: takes.map((take, at) => toTake(take, operation, `${path}.takes.${at}`)),
  };
}

const RECORDED_AT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function toTake(value: Json, operation: Operation, path: string): Take {
  const { status: rawStatus, representation, region, recordedAt, times, at, ...rest } = fieldsOf(value, path);
  const status = wholeNumber(rawStatus);
  if (status === undefined || !(isSuccess(status) || (status >= 400 && status <= 599)))
    throw wrong(`${path}.status`, 'it is no status that is recorded');
  if (representation !== 'hal' && representation !== 'json')
    throw wrong(`${path}.representation`, "it is neither 'hal' nor 'json'");
  if (typeof region !== 'string' || region.length > 100)
    throw wrong(`${path}.region`, 'it is no name of a region');
  if (typeof recordedAt !== 'string' || !RECORDED_AT.test(recordedAt))
    throw wrong(`${path}.recordedAt`, 'it is not ISO 8601 in whole seconds');
  const count = times === undefined ? 1 : wholeNumber(times);
  if (count === undefined) throw wrong(`${path}.times`, 'it is not a whole number above 0');
  const place = at === undefined ? 0 : wholeNumber(at);
  if (place === undefined) throw wrong(`${path}.at`, 'it is not a whole number above 0');
  const content = withoutPrototype(rest);
  const flaw = operation.findFlaw(status, content);
  if (flaw !== undefined) throw new Error(flaw);
  return { status, representation, region, recordedAt, times: count, at: place, content: sortKeys(content) };
}

function fieldsOf(value: Json, path: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw wrong(path, 'it is no object');
}

/** A whole number above 0, as it is written; nothing for whatever else. */
function wholeNumber(value: Json | undefined): number | undefined {
  const text = numberText(value);
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** Whoever edits a file by hand has no use for it beside the fields of a take. */
function withoutPrototype(fields: JsonObject): JsonObject {
  if (!Object.hasOwn(fields, '__proto__')) return fields;
  return objectOf(Object.entries(fields).filter(([name]) => name !== '__proto__'));
}

function parseDocument(text: string): Json {
  try {
    return parseJson(text);
  } catch (cause) {
    if (cause instanceof JsonLimitError) throw new Error(cause.message, { cause });
    throw new Error(`it is not JSON (${reasonOf(cause)})`, { cause });
  }
}

/** What interactions are in order by: without parameters first. */
function sortText(key: Key): string {
  return [key.operation, ...Object.entries(key.parameters).flat()].join('\0');
}

function wrong(path: string, reason: string): Error {
  return new Error(`its '${path}' is wrong: ${reason}`);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
