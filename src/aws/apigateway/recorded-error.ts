import { isJsonObject, type JsonObject, sortKeys } from '../../json.ts';
import type { Recording, ServiceAnswer, TextRendering } from './operation.ts';
import { bareErrorType, writeBody } from './service-error.ts';

/** The errors of an operation that are recorded, by their status. */
export type RecordedErrors = Readonly<Record<number, readonly string[]>>;

/** An error as it is recorded; nothing for one that says something of the caller, or of the moment. */
export function readError(
  { status, errorType }: ServiceAnswer,
  document: JsonObject,
  recorded: RecordedErrors,
): Recording | undefined {
  const type = bareErrorType(errorType);
  // A body with a `type` of its own cannot be told from the header's in a take: rather no recording than a wrong one.
  if (type === undefined || recorded[status]?.includes(type) !== true) return undefined;
  if (typeof document.message !== 'string' || Object.hasOwn(document, 'type')) return undefined;
  return { status, representation: 'json', content: sortKeys({ error: { type, ...document } }) };
}

/** What is wrong with an error from a cassette. */
export function findErrorFlaw(status: number, content: JsonObject): string | undefined {
  const unknown = Object.keys(content).find((field) => field !== 'error');
  if (unknown !== undefined) return `a take with status ${status} has a field '${unknown}'`;
  const { error } = content;
  if (!isJsonObject(error)) return `a take with status ${status} has no 'error'`;
  if (typeof error.type !== 'string' || !/^[A-Za-z0-9]{1,100}$/.test(error.type))
    return "an error's 'type' is no name";
  return undefined;
}

/** The error as the service would send it; nothing for content that is none. */
export function renderError({ error }: JsonObject): TextRendering | undefined {
  if (!isJsonObject(error)) return undefined;
  const { type, ...fields } = error;
  return { contentType: 'application/json', errorType: String(type), body: writeBody(fields) };
}
