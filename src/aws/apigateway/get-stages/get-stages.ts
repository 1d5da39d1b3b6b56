import { documentBounds } from '../../../bounds.ts';
import type { Representation } from '../../../call.ts';
import { isJsonObject, type JsonObject, objectOf, sortKeys } from '../../../json.ts';
import { withoutSecrets } from '../../../secrets.ts';
import { alterDocument } from '../alteration.ts';
import type { Key } from '../key.ts';
import { isNamed, listingOf } from '../listing.ts';
import {
  type Alteration,
  NO_SECRET_PLACES,
  type Operation,
  type Recording,
  type ServiceAnswer,
  type TextRendering,
} from '../operation.ts';
import { isTooMuch, parseAnswer } from '../recorded-document.ts';
import { findErrorFlaw, type RecordedErrors, readError, renderError } from '../recorded-error.ts';
import { writeBody } from '../service-error.ts';
import { decodePercent, type Target } from '../target.ts';
import { type Collection, readCollection, writeCollection } from './representation.ts';

const NAME = 'GetStages';
/** `deployment_id` is the spelling of the HAL links and of the documentation's sample. */
const FILTER_SPELLINGS = ['deploymentId', 'deployment_id'];
/** The errors that say something of the API, not of the caller or of the moment. */
const RECORDED_ERRORS: RecordedErrors = { 400: ['BadRequestException'], 404: ['NotFoundException'] };
const LISTING = listingOf('/restapis/{restapi_id}/stages', 'item');
const CONTENT_FIELDS = ['stages', 'links', 'stageLinks', 'envelope'] as const;

/** `GET /restapis/{restapi_id}/stages?deploymentId=…`, and the same with `HEAD`. */
export const getStages = {
  name: NAME,
  isWrite: false,
  isRecordedByName: false,
  keyNeeds: 'nothing',
  hasHal: true,
  answered: NO_SECRET_PLACES,
  sent: NO_SECRET_PLACES,
  keyOf,
  concerns: ({ path }: Key) => [path],
  read,
  findFlaw,
  render,
  alter,
  lists,
  nothing: { status: 200, representation: 'json', content: { stages: [] } },
} as const satisfies Operation;

/** The key of the call; a reason when it is this operation but asks for what is not understood; else nothing. */
export function identifyGetStages(
  method: string,
  target: Target,
): Key | { notUnderstood: string } | undefined {
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
  return keyWith(restApiId, filter);
}

function keyOf(restApiId: string | undefined, fields: JsonObject): Key {
  if (restApiId === undefined) throw new Error(`${NAME} is of an API, not of the account`);
  const { deploymentId, ...others } = fields;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined || (deploymentId !== undefined && typeof deploymentId !== 'string'))
    throw new Error(
      `an interaction has a field '${unknown ?? 'deploymentId'}' that is no parameter of ${NAME}`,
    );
  return keyWith(restApiId, deploymentId);
}

function keyWith(restApiId: string, deploymentId: string | undefined): Key {
  const isFiltered = deploymentId !== undefined;
  const parameters: Readonly<Record<string, string>> = isFiltered ? { deploymentId } : {};
  return {
    operation: NAME,
    restApiId,
    parameters,
    fields: parameters,
    path: `/restapis/${encodeURIComponent(restApiId)}/stages`,
    text: JSON.stringify(isFiltered ? [NAME, restApiId, 'deploymentId', deploymentId] : [NAME, restApiId]),
  };
}

function read(answer: ServiceAnswer, key: Key): Recording | undefined {
  const document = parseAnswer(answer.body);
  if (!isJsonObject(document)) return undefined;
  return answer.status === 200
    ? readStages(answer, document, key)
    : readError(answer, document, RECORDED_ERRORS);
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
  const collection = readCollection(document, representation, apiOf(key));
  if (collection === undefined || collection.stages.length > documentBounds.stages) return undefined;
  const content = sortKeys(objectOf(Object.entries(collection)));
  // What was not sent, or would be taken for something else, adds values to it.
  return isTooMuch(content) ? undefined : { status: 200, representation, content };
}

function findFlaw(status: number, content: JsonObject): string | undefined {
  if (isTooMuch(content)) return `a take holds more than ${documentBounds.takeValues} values`;
  if (status !== 200) return findErrorFlaw(status, content);
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

function render(recording: Recording, key: Key, representation: Representation): TextRendering {
  const error = renderError(recording.content);
  if (error !== undefined) return error;
  const collection = recording.content as unknown as Collection;
  const document = writeCollection(collection, recording.representation, representation, apiOf(key));
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
  const document = writeCollection(collection, representation, representation, apiOf(key));
  const altered = alterDocument(document, representation, LISTING, alteration);
  return altered && recordingOf(altered, representation, key);
}

function lists({ content }: Recording, stageName: string): boolean {
  const { stages } = content;
  return Array.isArray(stages) && stages.some((stage) => isNamed(stage, LISTING, stageName));
}

/** Every key of this operation has one. */
function apiOf({ restApiId = '' }: Key): string {
  return restApiId;
}
