import { type Answer, errorAnswer, notFound, plain } from './answer.ts';
import { keyOf } from './kinds.ts';
import type { Received } from './signature.ts';
import type { Fields, Store } from './store.ts';
import { isoDate } from './views.ts';

/** Reads and writes the tags of what an ARN names; nothing when the path is no path of tags. */
export function tagsOf(
  call: Received,
  segments: readonly string[],
  query: URLSearchParams,
  store: Store,
): Answer | undefined {
  const isV2 = segments[0] === 'v2';
  const [root, arn, ...more] = isV2 ? segments.slice(1) : segments;
  if (root !== 'tags' || arn === undefined || more.length > 0) return undefined;
  const path = arn.slice(arn.indexOf('::/') + 3).split('/');
  const key = keyOf(isV2 ? ['v2', ...path] : path);
  const tagged = store.get(key);
  if (tagged === undefined) return notFound('Invalid Resource identifier specified');
  const tags = (tagged.tags ?? {}) as Fields;
  if (call.method === 'GET') return plain({ tags });
  const without = Object.entries(tags).filter(([name]) => !query.getAll('tagKeys').includes(name));
  const added = call.method === 'DELETE' ? {} : (JSON.parse(call.body.toString()).tags as Fields);
  store.set(key, { ...tagged, tags: { ...Object.fromEntries(without), ...added } });
  return {
    status: isV2 && call.method === 'POST' ? 201 : 204,
    contentType: 'application/json',
    body: Buffer.alloc(0),
  };
}

/** The smallest archive there is: one that holds nothing. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);

/** GetExport and GetSdk: files, with a name. */
export function fileOf(
  call: Received,
  segments: readonly string[],
  store: Store,
  now: number,
): Answer | undefined {
  const [root, apiId = '', stages, stage = '', file, type = '', ...more] = segments;
  if (root !== 'restapis' || stages !== 'stages' || more.length > 0 || call.method !== 'GET')
    return undefined;
  const api = store.get(`/restapis/${apiId}`);
  if (api === undefined || (file !== 'exports' && file !== 'sdks')) return undefined;
  if (store.get(keyOf(['restapis', apiId, 'stages', stage])) === undefined) {
    return notFound('Invalid stage identifier specified');
  }
  const contentType = 'application/octet-stream';
  const date = isoDate(Math.floor(now / 1000));
  if (file === 'sdks') {
    return {
      status: 200,
      contentType,
      contentDisposition: `attachment; filename="${type}_${date}.zip"`,
      body: EMPTY_ZIP,
    };
  }
  const version = isoDate(Number(api.createdDate));
  const paths = store.in(`/restapis/${apiId}/resources`).map(([, { path }]) => [String(path), {}]);
  const document = {
    ...(type === 'oas30' ? { openapi: '3.0.1' } : { swagger: '2.0' }),
    info: { title: api.name, version },
    paths: Object.fromEntries(paths),
  };
  const body = Buffer.from(JSON.stringify(document, undefined, 2));
  return {
    status: 200,
    contentType,
    contentDisposition: `attachment; filename="${type}_${version}.json"`,
    body,
  };
}

/** TestInvokeMethod: a POST to a method, that changes nothing. */
export function testOf(call: Received, segments: readonly string[]): Answer | undefined {
  const isMethod = segments.length === 6 && segments[4] === 'methods' && call.method === 'POST';
  if (!isMethod) return undefined;
  if (call.body.length === 0) return errorAnswer(400, 'BadRequestException', 'Invalid request input');
  return plain({
    body: '{}',
    headers: {},
    latency: 1,
    log: 'Execution log',
    multiValueHeaders: {},
    status: 200,
  });
}
