import * as z from 'zod';
import { type Key, keyOf, type Operation } from '../aws/apigateway/operation.ts';
import { findOperation, operations } from '../aws/apigateway/operations.ts';
import type { Representation } from '../call.ts';
import { reasonOf } from '../errors.ts';
import {
  isJsonObject,
  type Json,
  type JsonObject,
  numberText,
  parseJson,
  sortKeys,
  writeJson,
} from '../json.ts';

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
  /** The operation's own fields, or `error`; keys in order, redacted. */
  readonly content: JsonObject;
}

/** A key and its takes, in order, region by region. */
export interface Interaction {
  readonly key: Key;
  readonly operation: Operation;
  readonly takes: readonly Take[];
}

const wholeNumber = z.custom<Json>().transform((value, context) => {
  const text = numberText(value as Json);
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text);
  context.addIssue('is not a whole number above 0');
  return z.NEVER;
});

const takeSchema = z.looseObject({
  status: wholeNumber.refine(
    (status) => status === 200 || (status >= 400 && status <= 599),
    'is no status that is recorded',
  ),
  representation: z.enum(['hal', 'json']),
  region: z.string().max(100),
  recordedAt: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'is not ISO 8601 in whole seconds'),
  times: wholeNumber.optional(),
});

const interactionSchema = z.looseObject({
  operation: z.string(),
  takes: z.array(takeSchema).min(1),
});

const fileSchema = z.strictObject({
  restage: z.custom<Json>(),
  restApiId: z.string(),
  interactions: z.array(interactionSchema),
});

/**
 * Reads a cassette's file, trusting nothing in it.
 * @throws Error with the reason when it is not the recordings of that API in this version's format.
 */
export function parseCassetteFile(text: string, restApiId: string): Interaction[] {
  const document = parseDocument(text);
  const version = isJsonObject(document) ? numberText(document.restage) : undefined;
  if (version !== String(VERSION)) {
    throw new Error(`it is not of version ${VERSION} of the format ('restage' is ${version ?? 'missing'})`);
  }
  const parsed = fileSchema.safeParse(document);
  if (!parsed.success) throw new Error(describeIssue(parsed.error));
  if (parsed.data.restApiId !== restApiId)
    throw new Error(`it holds another API, '${parsed.data.restApiId}'`);
  const interactions = parsed.data.interactions.map((fields) => toInteraction(fields, restApiId));
  const keys = new Set(interactions.map(({ key }) => key.text));
  if (keys.size < interactions.length) throw new Error('it holds the same interaction twice');
  return interactions;
}

const writtenInteractions = new WeakMap<Interaction, string>();

/** Writes a cassette's file: pretty, in one order, each interaction serialised only when it changed. */
export function writeCassetteFile(restApiId: string, interactions: Iterable<Interaction>): string {
  const sorted = [...interactions].sort((a, b) => (sortText(a.key) < sortText(b.key) ? -1 : 1));
  const list = sorted.map((interaction) => `    ${writeInteraction(interaction)}`).join(',\n');
  const head = `{\n  "restage": ${VERSION},\n  "restApiId": ${JSON.stringify(restApiId)},\n  "interactions": `;
  return `${head}${sorted.length === 0 ? '[]' : `[\n${list}\n  ]`}\n}\n`;
}

/** Whether two takes are the same answer: whatever their times and when they were recorded. */
export function isSameAnswer(
  a: Pick<Take, 'status' | 'content'>,
  b: Pick<Take, 'status' | 'content'>,
): boolean {
  return a.status === b.status && writeJson(a.content) === writeJson(b.content);
}

/** Whether two interactions are written alike. */
export function isSameInteraction(a: Interaction, b: Interaction): boolean {
  return writeInteraction(a) === writeInteraction(b);
}

function writeInteraction(interaction: Interaction): string {
  const known = writtenInteractions.get(interaction);
  if (known !== undefined) return known;
  const { key, takes } = interaction;
  const fields = { operation: key.operation, ...key.parameters, takes: takes.map(takeFields) };
  // Strings hold no raw newline in JSON, so the lines can be indented as they stand.
  const written = writeJson(fields, 2).replaceAll('\n', '\n    ');
  writtenInteractions.set(interaction, written);
  return written;
}

function takeFields({ status, representation, region, recordedAt, times, content }: Take): object {
  return { status, representation, region, recordedAt, ...(times > 1 && { times }), ...content };
}

function toInteraction(fields: z.infer<typeof interactionSchema>, restApiId: string): Interaction {
  const { operation: name, takes, ...rest } = fields;
  const operation = findOperation(name);
  if (operation === undefined) {
    throw new Error(
      `it holds an operation '${name}', known are ${operations.map((known) => known.name).join(', ')}`,
    );
  }
  const parameters: Record<string, string> = {};
  for (const [parameter, value] of Object.entries(rest)) {
    if (!operation.parameters.includes(parameter) || typeof value !== 'string') {
      throw new Error(`an interaction has a field '${parameter}' that is no parameter of ${name}`);
    }
    parameters[parameter] = value;
  }
  return {
    key: keyOf(name, restApiId, parameters),
    operation,
    takes: takes.map((take) => toTake(take, operation)),
  };
}

function toTake(fields: z.infer<typeof takeSchema>, operation: Operation): Take {
  const { status, representation, region, recordedAt, times = 1, ...content } = fields;
  const flaw = operation.findFlaw(status, content as JsonObject);
  if (flaw !== undefined) throw new Error(flaw);
  return { status, representation, region, recordedAt, times, content: sortKeys(content as JsonObject) };
}

function parseDocument(text: string): Json {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new Error(`it is not JSON (${reasonOf(cause)})`, { cause });
  }
}

/** What interactions are in order by: without parameters first. */
function sortText(key: Key): string {
  return [key.operation, ...Object.entries(key.parameters).flat()].join('\0');
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it is not a cassette file';
  return `its '${issue.path.join('.') || 'content'}' is wrong: ${issue.message.replace(/\.$/, '')}`;
}
