import type { Representation } from '../../../call.ts';
import { isJsonObject, type JsonObject, sortKeys } from '../../../json.ts';
import { alterDocument, listsItem } from '../alteration.ts';
import type { Key } from '../key.ts';
import { listingOf } from '../listing.ts';
import {
  isSuccess,
  NO_SECRET_PLACES,
  type Operation,
  type Recording,
  type Rendering,
  type ServiceAnswer,
} from '../operation.ts';
import { isTooMuch, parseAnswer } from '../recorded-document.ts';
import { findErrorFlaw, type RecordedErrors, readError, renderError } from '../recorded-error.ts';
import { writeBody } from '../service-error.ts';
import { halToPlain, isHal } from './hal-to-plain.ts';
import { needsBody, readModelledKey } from './modelled-key.ts';
import type { OperationRow } from './operation-row.ts';

/** The errors that say something of what was asked for. [real recordings, the service's models] */
const READ_ERRORS: RecordedErrors = {
  400: ['BadRequestException', 'ValidationException', 'SerializationException'],
  404: ['NotFoundException'],
};
const WRITE_ERRORS: RecordedErrors = { ...READ_ERRORS, 409: ['ConflictException'] };
/** What the service says of a conflict that is over in a moment. [real recordings] */
const FOR_A_MOMENT = /try again later/i;
const FILE_FIELDS = ['contentType', 'contentDisposition'];
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** An operation that is no more than its row of the service's model. */
export function operationOf(row: OperationRow): Operation {
  const isFile = row.shape === 'file';
  const hasHal = !row.path.startsWith('/v2/') && !isFile;
  const recordedErrors = row.access === 'write' ? WRITE_ERRORS : READ_ERRORS;
  const listing = row.list === undefined ? undefined : listingOf(row.path, row.list);
  return {
    name: row.name,
    isWrite: row.access === 'write',
    isRecordedByName: row.access === 'test',
    keyNeeds: needsBody(row) ? 'body' : row.accept === true ? 'accept' : 'nothing',
    hasHal,
    answered: {
      ...NO_SECRET_PLACES,
      secrets: row.secrets ?? [],
      kept: row.token === undefined ? [] : [row.token],
    },
    sent: {
      ...NO_SECRET_PLACES,
      secrets: row.sentSecrets ?? [],
      patched: row.patchedSecrets ?? [],
      columns: row.secretColumns ?? [],
    },
    concerns: (key) => concernsOf(row, key),
    keyOf: (restApiId, fields) => readModelledKey(row, restApiId, fields),
    read: (answer) => {
      if (isSuccess(answer.status)) return isFile ? readFile(answer) : readDocument(answer, hasHal);
      const document = parseAnswer(answer.body);
      if (!isJsonObject(document) || FOR_A_MOMENT.test(String(document.message))) return undefined;
      return readError(answer, document, recordedErrors);
    },
    findFlaw: (status, content) => findFlaw(status, content, isFile),
    render: (recording, _key, representation) => {
      const { content } = recording;
      const { document } = content;
      if (!isJsonObject(document)) return renderError(content) ?? renderFile(content);
      if (!isHal(document)) {
        // Whoever asked for HAL and got none gets none again.
        const isAsAsked = representation === 'json' || recording.representation === 'hal';
        return isAsAsked ? { contentType: 'application/json', body: writeBody(document) } : undefined;
      }
      if (representation === 'hal') return { contentType: 'application/hal+json', body: writeBody(document) };
      const plain = halToPlain(document, row);
      return plain && { contentType: 'application/json', body: writeBody(plain) };
    },
    alter: ({ content: { document }, ...recording }, _key, alteration) => {
      if (listing === undefined || !isJsonObject(document)) return undefined;
      const altered = alterDocument(document, formOf(document), listing, alteration);
      const content = altered && sortKeys({ document: altered });
      return content === undefined || isTooMuch(content) ? undefined : { ...recording, content };
    },
    lists: ({ content: { document } }, name) =>
      listing !== undefined && isJsonObject(document) && listsItem(document, formOf(document), listing, name),
    nothing: nothingOf(row),
  };
}

/** A deployment makes the stage that it names, or moves it. [the service's models] */
function concernsOf({ path }: OperationRow, key: Key): readonly string[] {
  const { body } = key.fields;
  const stage = path.endsWith('/deployments') && isJsonObject(body) ? body.stageName : undefined;
  if (typeof stage !== 'string' || stage === '' || !stage.isWellFormed()) return [key.path];
  const stages = key.path.replace(/\/deployments$/, '/stages');
  return [key.path, `${stages}/${encodeURIComponent(stage)}`];
}

function readDocument(answer: ServiceAnswer, hasHal: boolean): Recording | undefined {
  const { status, body, asked } = answer;
  if (body.length === 0) return { status, representation: 'json', content: {} };
  const document = parseAnswer(body);
  if (!isJsonObject(document)) return undefined;
  const representation = hasHal && (isHal(document) || asked === 'hal') ? 'hal' : 'json';
  const content = sortKeys({ document });
  return isTooMuch(content) ? undefined : { status, representation, content };
}

function readFile({ status, body, contentType, contentDisposition }: ServiceAnswer): Recording {
  const content: JsonObject = {
    ...(typeof body === 'string' ? { text: body } : { base64: Buffer.from(body).toString('base64') }),
    ...(contentType !== '' && { contentType }),
    ...(contentDisposition !== undefined && { contentDisposition }),
  };
  return { status, representation: 'json', content: sortKeys(content) };
}

function renderFile({ text, base64, contentType, contentDisposition }: JsonObject): Rendering {
  const file = typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined;
  return {
    contentType: typeof contentType === 'string' ? contentType : 'application/json',
    ...(typeof contentDisposition === 'string' && { contentDisposition }),
    body: file ?? (typeof text === 'string' ? text : ''),
  };
}

function findFlaw(status: number, content: JsonObject, isFile: boolean): string | undefined {
  if (isTooMuch(content)) return 'a take holds more than one answer may';
  if (!isSuccess(status)) return findErrorFlaw(status, content);
  const { document, text, base64, ...others } = content;
  const forms = [document, text, base64].filter((form) => form !== undefined);
  if (forms.length > 1) return 'a take has more than one of document, text and base64';
  if (document !== undefined && (isFile || !isJsonObject(document))) return "a take's 'document' is wrong";
  if (text !== undefined && (!isFile || typeof text !== 'string')) return "a take's 'text' is wrong";
  if (base64 !== undefined && (!isFile || typeof base64 !== 'string' || !BASE64.test(base64)))
    return "a take's 'base64' is wrong";
  const odd = Object.keys(others).find(
    (name) => !isFile || !FILE_FIELDS.includes(name) || !isHeaderValue(others[name]),
  );
  return odd === undefined ? undefined : `a take has a field '${odd}' that it cannot have`;
}

/** Whether it can be sent as it is. */
function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 1000 && /^[\x20-\x7e]*$/.test(value);
}

/** How a document is written, whatever was asked for. */
function formOf(document: JsonObject): Representation {
  return isHal(document) ? 'hal' : 'json';
}

function nothingOf({ shape, list }: OperationRow): Recording {
  const document: JsonObject = shape === 'collection' && list !== undefined ? { [list]: [] } : {};
  return { status: 200, representation: 'hal', content: { document } };
}
