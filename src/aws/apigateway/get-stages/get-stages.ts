import { documentBounds } from '../../../bounds.ts';
import type { Representation } from '../../../call.ts';
import {
  countValues,
  isJsonObject,
  type Json,
  type JsonObject,
  objectOf,
  parseJson,
  sortKeys,
} from '../../../json.ts';
import { withoutSecrets } from '../../../secrets.ts';
import {
  type Alteration,
  type Key,
  keyOf,
  type Operation,
  type Recording,
  type Rendering,
  type ServiceAnswer,
} from '../operation.ts';
import { bareErrorType, writeBody } from '../service-error.ts';
import { decodePercent, type Target } from '../target.ts';
import { type Collection, readCollection, writeCollection } from './representation.ts';
import { alterDocument } from './stage-alteration.ts';

const NAME = 'GetStages';
/** `deployment_id` is the spelling of the HAL links and of the documentation's sample. */
const FILTER_SPELLINGS = ['deploymentId', 'deployment_id'];
/** The errors that say something of the API, not of the caller or of the moment. */
const RECORDED_ERRORS: Readonly<Record<number, string>> = {
  400: 'BadRequestException',
  404: 'NotFoundException',
};
const ANSWER_LIMITS = { depth: documentBounds.recordedDepth, values: documentBounds.takeValues };
const CONTENT_FIELDS = ['stages', 'links', 'stageLinks', 'envelope'] as const;

/** `GET /restapis/{restapi_id}/stages?deploymentId=…`, and the same with `HEAD`. */
export const getStages: Operation = {
  name: NAME,
  parameters: ['deploymentId'],
  identify,
  read,
  findFlaw,
  render,
  alter,
  lists,
  nothing: { status: 200, representation: 'json', content: { stages: [] } },
};

function identify(method: string, target: Target): Key | { notUnderstood: string } | undefined {
  const id = /^\/restapis\/([^/]+)\/stages$/.exec(target.path)?.[1];
  if ((method !== 'GET' && method !== 'HEAD') || id === undefined) return undefined;
  const restApiId = decodePercent(id);
  if (restApiId === undefined) return { notUnderstood: 'the API id is not percent-encoded UTF-8' };

  let filter: string | undefined;
  for (const [rawName, rawValue] of target.query) {
    const name = decodePercent(rawName);
    const value = decodePercent(rawValue);
    if (name === undefined || value === undefined) {
      return { notUnderstood: 'a parameter is not percent-encoded UTF-8' };
    }
    // A presigned call carries its signature here: never part of a key.
    if (name.toLowerCase().startsWith('x-amz-')) continue;
    if (!FILTER_SPELLINGS.includes(name))
      return { notUnderstood: `parameter '${withoutSecrets(name)}' is not known` };
    if (filter !== undefined) return { notUnderstood: 'it filters by deployment twice' };
    filter = value;
  }
  return keyOf(NAME, restApiId, filter === undefined ? {} : { deploymentId: filter });
}

function read(answer: ServiceAnswer, key: Key): Recording | undefined {
  const document = parseDocument(answer.text);
  if (!isJsonObject(document)) return undefined;
  return answer.status === 200 ? readStages(answer, document, key) : readError(answer, document);
}

function readStages(answer: ServiceAnswer, document: JsonObject, key: Key): Recording | undefined {
  const [hasLinks, hasEmbedded, hasItem] = ['_links', '_embedded', 'item'].map((field) =>
    Object.hasOwn(document, field),
  );
  if (!hasLinks && !hasEmbedded && !hasItem && Object.keys(document).length > 0) return undefined;
  // Endpoints that imitate the service mix up the content type, and link from plain too: where the stages are is the
  // better witness.
  const isHal = hasEmbedded || (!hasItem && (hasLinks || answer.contentType.includes('hal+json')));
  const representation: Representation = isHal ? 'hal' : 'json';
  return recordingOf(document, representation, key);
}

function recordingOf(document: JsonObject, representation: Representation, key: Key): Recording | undefined {
  const collection = readCollection(document, representation, key.restApiId);
  if (collection === undefined || collection.stages.length > documentBounds.stages) return undefined;
  const content = sortKeys(objectOf(Object.entries(collection)));
  // What was not sent, or would be taken for something else, adds values to it.
  return isTooMuch(content) ? undefined : { status: 200, representation, content };
}

function readError(answer: ServiceAnswer, document: JsonObject): Recording | undefined {
  const type = bareErrorType(answer.errorType);
  const isRecorded = type !== undefined && RECORDED_ERRORS[answer.status] === type;
  // A body with a `type` of its own cannot be told from the header's in a take: rather no recording than a wrong one.
  if (!isRecorded || typeof document.message !== 'string' || Object.hasOwn(document, 'type'))
    return undefined;
  return {
    status: answer.status,
    representation: 'json',
    content: sortKeys({ error: { type, ...document } }),
  };
}

function parseDocument(text: string): Json {
  try {
    return parseJson(text, ANSWER_LIMITS);
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** Whether it is more than one answer may hold: each take is read, compared, written and sent in one go. */
function isTooMuch(content: JsonObject): boolean {
  return countValues(content) > documentBounds.takeValues;
}

function findFlaw(status: number, content: JsonObject): string | undefined {
  if (isTooMuch(content)) return `a take holds more than ${documentBounds.takeValues} values`;
  if (status !== 200) {
    const unknown = Object.keys(content).find((field) => field !== 'error');
    if (unknown !== undefined) return `a take with status ${status} has a field '${unknown}'`;
    const error = content.error;
    if (!isJsonObject(error)) return `a take with status ${status} has no 'error'`;
    if (typeof error.type !== 'string' || !/^[A-Za-z0-9]{1,100}$/.test(error.type))
      return "an error's 'type' is no name";
    return undefined;
  }
  const unknown = Object.keys(content).find((field) => !CONTENT_FIELDS.some((known) => known === field));
  if (unknown !== undefined) return `a take has a field '${unknown}', known are ${CONTENT_FIELDS.join(', ')}`;
  if (!Array.isArray(content.stages) || !content.stages.every(isJsonObject))
    return "'stages' is not a list of stages";
  if (content.stages.length > documentBounds.stages)
    return `a take has more than ${documentBounds.stages} stages`;
  const odd = CONTENT_FIELDS.slice(1).find(
    (field) => content[field] !== undefined && !isJsonObject(content[field]),
  );
  return odd === undefined ? undefined : `'${odd}' is not an object`;
}

function render(recording: Recording, key: Key, representation: Representation): Rendering {
  if (isJsonObject(recording.content.error)) {
    const { type, ...fields } = recording.content.error;
    return { contentType: 'application/json', errorType: String(type), body: writeBody(fields) };
  }
  const collection = recording.content as unknown as Collection;
  const document = writeCollection(collection, recording.representation, representation, key.restApiId);
  return {
    contentType: representation === 'hal' ? 'application/hal+json' : 'application/json',
    body: writeBody(document),
  };
}

/** What was sent is altered, then read like any answer: so no link, no shape of a list is left over from before. */
function alter(recording: Recording, key: Key, alteration: Alteration): Recording | undefined {
  if (recording.status !== 200) return undefined;
  const { content, representation } = recording;
  const collection = content as unknown as Collection;
  const document = writeCollection(collection, representation, representation, key.restApiId);
  const altered = alterDocument(document, representation, alteration);
  return altered && recordingOf(altered, representation, key);
}

function lists({ content }: Recording, stageName: string): boolean {
  const { stages } = content;
  return (
    Array.isArray(stages) && stages.some((stage) => isJsonObject(stage) && stage.stageName === stageName)
  );
}
