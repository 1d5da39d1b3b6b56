import { documentBounds } from '../../bounds.ts';
import { isJsonObject, type Json, JsonLimitError, type JsonObject, parseJson } from '../../json.ts';

const LIMITS = { depth: documentBounds.recordedDepth, values: documentBounds.takeValues };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What a call sends along, in the one form that it is compared in: JSON whatever the order of its members, since clients
 * write maps in any, with its patch operations in the order of their paths; else text, else bytes. [real clients]
 * @returns a reason when it is more than is compared.
 */
export function readRequestBody(bytes: Uint8Array): JsonObject | { readonly notUnderstood: string } {
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString('base64') };
  }
  try {
    return { body: withOrderedPatch(parseJson(text, LIMITS)) };
  } catch (cause) {
    if (cause instanceof JsonLimitError)
      return { notUnderstood: `its body cannot be compared: ${cause.message}` };
    // An OpenAPI document in YAML, keys as CSV.
    return { bodyText: text };
  }
}

/** Operations on one path keep their order: what comes later undoes what came before. */
function withOrderedPatch(body: Json): Json {
  if (!isJsonObject(body) || !Array.isArray(body.patchOperations)) return body;
  const operations = body.patchOperations;
  const paths = operations.map((operation) => (isJsonObject(operation) ? operation.path : undefined));
  if (!paths.every((path) => typeof path === 'string')) return body;
  const order = [...paths.keys()].sort((a, b) => byText(paths[a] ?? '', paths[b] ?? ''));
  return { ...body, patchOperations: order.map((at) => operations[at] as Json) };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
