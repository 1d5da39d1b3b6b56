import { isJsonObject, type Json, type JsonObject } from '../json.ts';

/** Where an answer shows, within a thing, others that have a path of their own. */
interface Embedding {
  /** The member of a plain answer, and that of `_embedded` in HAL. */
  readonly plain: string;
  readonly hal: string;
  /** What the path has behind that of the thing around it. */
  readonly path: string;
  /** The member that HAL tells them apart by; plain answers have a map of them. Absent where there is one alone. */
  readonly name?: string;
}

/** [the service's models, HAL samples of the documentation] */
const EMBEDDINGS: readonly Embedding[] = [
  { plain: 'resourceMethods', hal: 'resource:methods', path: '/methods', name: 'httpMethod' },
  { plain: 'methodIntegration', hal: 'method:integration', path: '/integration' },
  { plain: 'methodResponses', hal: 'method:responses', path: '/responses', name: 'statusCode' },
  { plain: 'integrationResponses', hal: 'integration:responses', path: '/responses', name: 'statusCode' },
];

/** Changes a thing that is at this path. */
export type Change = (thing: JsonObject, path: string) => JsonObject;

/** The thing with what is embedded in it changed; the same one where nothing was. */
export function changeEmbedded(thing: JsonObject, path: string, change: Change): JsonObject {
  let changed = thing;
  for (const { plain, hal, path: segment, name } of EMBEDDINGS) {
    const at = path + segment;
    const shown = changed[plain];
    if (isJsonObject(shown)) {
      changed = withMember(
        changed,
        plain,
        name === undefined ? change(shown, at) : changeMap(shown, at, change),
      );
    }
    const embedded = changed._embedded;
    if (isJsonObject(embedded) && embedded[hal] !== undefined) {
      const next = changeHal(embedded[hal], at, name, change);
      changed = withMember(changed, '_embedded', withMember(embedded, hal, next));
    }
  }
  return changed;
}

/** The object with that member; the same one where it has it already. */
export function withMember(object: JsonObject, name: string, value: Json): JsonObject {
  return object[name] === value ? object : { ...object, [name]: value };
}

function changeMap(map: JsonObject, path: string, change: Change): JsonObject {
  const entries = Object.entries(map).map(([name, thing]): [string, Json] => [
    name,
    isJsonObject(thing) ? change(thing, `${path}/${encode(name)}`) : thing,
  ]);
  return entries.every(([name, thing]) => thing === map[name]) ? map : Object.fromEntries(entries);
}

/** One stands there bare, several in a list. */
function changeHal(shown: Json, path: string, name: string | undefined, change: Change): Json {
  if (Array.isArray(shown)) {
    const things = shown.map((thing) => changeHal(thing, path, name, change));
    return things.every((thing, at) => thing === shown[at]) ? shown : things;
  }
  if (!isJsonObject(shown)) return shown;
  if (name === undefined) return change(shown, path);
  const own = shown[name];
  return typeof own === 'string' ? change(shown, `${path}/${encode(own)}`) : shown;
}

function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}
