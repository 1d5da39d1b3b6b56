import type { SecretPlaces } from '../aws/apigateway/operation.ts';
import { isJsonObject, type Json, type JsonObject, objectOf } from '../json.ts';
import { hideColumns } from './columns.ts';
import { REDACTED } from './redacted.ts';
import { isHarmless } from './secret-names.ts';

/** What a document stands under, in an answer and in what is sent. */
const ROOTS = ['document', 'body'];

/** The content without the values that the operation's model says are secret, wherever else it may hold secrets. */
export function hidePlaces(content: JsonObject, places: SecretPlaces): JsonObject {
  const { secrets, patched, columns } = places;
  if (secrets.length + patched.length + columns.length === 0) return content;
  const entries = Object.entries(content).map(([name, value]): [string, Json] => {
    if (name === 'bodyText' && typeof value === 'string') return [name, hideColumns(value, columns)];
    if (!ROOTS.includes(name) || !isJsonObject(value)) return [name, value];
    return [name, hidePatched(hideIn(value, places), patched)];
  });
  return objectOf(entries);
}

/** HAL embeds what plain lists, at other paths: there the member's name is what tells. */
function hideIn(document: JsonObject, { secrets }: SecretPlaces): JsonObject {
  if (secrets.length === 0) return document;
  const isHal = Object.hasOwn(document, '_links') || Object.hasOwn(document, '_embedded');
  const wanted = new Set(isHal ? secrets.map(lastSegment) : secrets);
  const hide = (value: Json, path: string): Json => {
    if (Array.isArray(value)) return value.map((item) => hide(item, `${path}[]`));
    if (!isJsonObject(value)) return value;
    const entries = Object.entries(value).map(([name, inner]): [string, Json] => {
      if (isHal && name === '_links') return [name, inner];
      const place = path === '' || isHal ? name : `${path}.${name}`;
      return [name, wanted.has(place) ? hideValue(inner) : hide(inner, place)];
    });
    return objectOf(entries);
  };
  return hide(document, '') as JsonObject;
}

function hidePatched(document: JsonObject, paths: readonly string[]): JsonObject {
  if (paths.length === 0 || !Array.isArray(document.patchOperations)) return document;
  const patchOperations = document.patchOperations.map((operation) =>
    isJsonObject(operation) && typeof operation.path === 'string' && paths.includes(operation.path)
      ? {
          ...operation,
          ...(Object.hasOwn(operation, 'value') && { value: hideValue(operation.value ?? null) }),
        }
      : operation,
  );
  return { ...document, patchOperations };
}

function hideValue(value: Json): Json {
  if (value === null || typeof value === 'boolean') return value;
  return typeof value === 'string' && isHarmless(value) ? value : REDACTED;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
