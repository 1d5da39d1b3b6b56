import { type Answer, errorAnswer, notFound, prefersPlain } from './answer.ts';
import { type Kind, keyOf, placeOf } from './kinds.ts';
import { type Operation, type PlaneState, restApi } from './operation.ts';
import { fileOf, tagsOf, testOf } from './others.ts';
import { page } from './pages.ts';
import { type PatchOperation, patched } from './patch.ts';
import type { Received } from './signature.ts';
import type { Json, StageFields } from './stages.ts';
import type { Fields } from './store.ts';
import { answerOf, isoDates, viewOf, written } from './views.ts';

const ACCOUNT: Fields = {
  apiKeyVersion: '4',
  features: ['UsagePlans'],
  throttleSettings: { burstLimit: 5000, rateLimit: 10000 },
};

/** Answers any operation but those of a sample; nothing when there is no such operation. */
export function operate(
  call: Received,
  segments: readonly string[],
  query: URLSearchParams,
  state: PlaneState,
): Answer | undefined {
  const store = state.plane;
  if (store.get('/account') === undefined) store.set('/account', ACCOUNT);
  const missing = missingParent(segments, state);
  if (missing !== undefined) return missing;
  try {
    return (
      tagsOf(call, segments, query, store) ??
      fileOf(call, segments, store, state.now()) ??
      testOf(call, segments) ??
      resourceAt(call, segments, query, state)
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return errorAnswer(400, 'BadRequestException', 'Invalid request input');
  }
}

function resourceAt(
  call: Received,
  segments: readonly string[],
  query: URLSearchParams,
  state: PlaneState,
): Answer | undefined {
  const place = placeOf(segments);
  if (place === undefined) return undefined;
  const isPlain = segments[0] === 'v2' || prefersPlain(call.rawHeaders);
  const operation: Operation = { call, state, place, segments, query, isPlain };
  const answer = place.isCollection ? ofCollection(operation) : ofOne(operation);
  if (call.method !== 'GET') tellStages(segments, state);
  return answer;
}

/** The first of what a path names on its way that is not there. */
function missingParent(segments: readonly string[], state: PlaneState): Answer | undefined {
  for (let length = 1; length < segments.length; length++) {
    const place = placeOf(segments.slice(0, length));
    // Of a usage plan that is not there the keys are an empty list.
    if (place === undefined || place.isCollection || place.kind.path === 'usageplans/*') continue;
    const id = segments[length - 1] ?? '';
    if (fieldsOf(state, place.key) === undefined) return unknown(place.kind, id, state.accountId);
  }
  return undefined;
}

function fieldsOf(state: PlaneState, key: string): Fields | undefined {
  const sample = /^\/restapis\/([^/]+)$/.exec(key)?.[1];
  return sample === undefined ? state.plane.get(key) : restApi(state, decodeURIComponent(sample));
}

function unknown({ noun }: Kind, id: string, accountId: string): Answer {
  return notFound(`Invalid ${noun} identifier specified${noun === 'API' ? ` ${accountId}:${id}` : ''}`);
}

function ofCollection(operation: Operation): Answer | undefined {
  const { call, state, place, segments } = operation;
  if (call.method === 'GET') return page(operation);
  const isOfResource = place.kind.noun === 'Resource';
  if (call.method !== 'POST' || place.kind.made !== 'POST' || isOfResource) return undefined;
  const sent = bodyOf(call, operation.query);
  if (place.kind.path === 'usageplans/*/keys/*') {
    const key = state.plane.get(keyOf(['apikeys', String(sent.keyId)]));
    if (key === undefined) return notFound('Invalid API Key identifier specified');
    const { id = '', name = '', value = '' } = key;
    return create(operation, segments, { id, name, value, type: sent.keyType ?? 'API_KEY' });
  }
  if (place.kind.key === 'basePath') sent.basePath ||= '(none)';
  return create(operation, segments, sent);
}

/** Makes a resource in a collection, named by the body or by an id that is made up. */
function create(operation: Operation, collection: readonly string[], sent: Fields): Answer {
  const { state, place } = operation;
  const { kind } = place;
  const id = String(kind.id === '' ? sent[kind.key] : state.plane.newId(kind.id));
  const path = keyOf([...collection, id]);
  if (state.plane.get(path) !== undefined) {
    return errorAnswer(409, 'ConflictException', `${kind.noun} already exists`);
  }
  return put(operation, path, { ...sent, [kind.key]: id });
}

function put(operation: Operation, path: string, sent: Fields): Answer {
  const { place, state, isPlain } = operation;
  const fresh = place.kind.fresh?.(Math.floor(state.now() / 1000), state.plane) ?? {};
  const given = Object.entries(sent).filter(([, value]) => value !== '');
  const fields: Fields = { ...fresh, ...Object.fromEntries(given) };
  if (place.kind.path === 'restapis/*') {
    const root = state.plane.newId('res');
    state.plane.set(`${path}/resources/${root}`, { id: root, path: '/' });
    fields.rootResourceId = root;
  }
  if (place.kind.noun === 'Deployment' && given.some(([name]) => name === 'stageName'))
    deployTo(operation, fields);
  state.plane.set(path, fields);
  // Whoever makes a key is shown its value.
  const shown = viewOf(state.plane, path, fields, new URLSearchParams('includeValue=true'));
  return answerOf(dated(operation, shown), path, isPlain, place.kind.path === 'vpclinks/*' ? 202 : 201);
}

/** A deployment that names a stage makes it, or changes what it serves. */
function deployTo({ segments, state }: Operation, deployment: Fields): void {
  const { stageName = '', id: deploymentId = '', variables = {} } = deployment;
  const path = keyOf([...segments.slice(0, 2), 'stages', String(stageName)]);
  const fresh = placeOf(['restapis', '', 'stages', ''])?.kind.fresh?.(
    Math.floor(state.now() / 1000),
    state.plane,
  );
  state.plane.set(path, { ...(state.plane.get(path) ?? { ...fresh, stageName, variables }), deploymentId });
  delete deployment.stageName;
  delete deployment.variables;
}

function ofOne(operation: Operation): Answer | undefined {
  const { call, state, place, segments, query, isPlain } = operation;
  const { kind, key } = place;
  const fields = fieldsOf(state, key);
  // A resource is made by a POST to the one above it.
  if (call.method === 'POST' && kind.noun === 'Resource' && fields !== undefined) {
    const sent = bodyOf(call, query);
    const path = `${fields.path === '/' ? '' : fields.path}/${sent.pathPart}`;
    return create(operation, segments.slice(0, -1), { ...sent, parentId: fields.id ?? '', path });
  }
  if (call.method === 'PUT' && kind.made === 'PUT') {
    const named = kind.key === '' ? {} : { [kind.key]: segments.at(-1) ?? '' };
    return put(operation, key, { ...bodyOf(call, query), ...named });
  }
  if (fields === undefined) return unknown(kind, segments.at(-1) ?? '', state.accountId);
  if (call.method === 'DELETE' && kind.made !== 'never') {
    state.plane.delete(key);
    return { status: kind.deleted, contentType: 'application/json', body: Buffer.alloc(0) };
  }
  // PutRestApi gives an API another document: what is kept of it here is the name.
  if (call.method === 'PATCH' || (call.method === 'PUT' && kind.path === 'restapis/*')) {
    const sent = bodyOf(call, query);
    const changed = Array.isArray(sent.patchOperations)
      ? patched(fields, sent.patchOperations as unknown as PatchOperation[])
      : { ...fields, ...sent };
    const isDated = fields.lastUpdatedDate !== undefined;
    state.plane.set(key, { ...changed, ...(isDated && { lastUpdatedDate: Math.floor(state.now() / 1000) }) });
  } else if (call.method !== 'GET') return undefined;
  const view = viewOf(state.plane, key, fieldsOf(state, key) ?? {}, query);
  return answerOf(dated(operation, view), key, isPlain);
}

function dated({ segments }: Operation, fields: Fields): Fields {
  return segments[0] === 'v2' ? isoDates(fields) : fields;
}

/** GetStages lists what is in `apis`: the stages of an API that was made are there, too. */
function tellStages([root, id = '']: readonly string[], { plane, apis }: PlaneState): void {
  if (root !== 'restapis') return;
  const made = id === '' ? plane.in('/restapis').map(([name]) => name) : [id];
  for (const each of made) {
    const stages = plane.in(`/restapis/${each}/stages`).map(([, stage]) => written(stage) as StageFields);
    if (plane.get(`/restapis/${each}`) === undefined) apis.delete(each);
    else apis.set(each, stages);
  }
}

/** The members of a body; of an imported OpenAPI document the name. Throws a SyntaxError for what is no object. */
function bodyOf(call: Received, query: URLSearchParams): Fields {
  const sent: Json = call.body.length === 0 ? {} : JSON.parse(call.body.toString());
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    throw new SyntaxError('no JSON object');
  if (!query.has('mode')) return sent as Fields;
  const { info } = sent as { info?: { title?: string } };
  return { name: info?.title ?? '' };
}
