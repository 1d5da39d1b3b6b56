import { isJsonObject, type Json, type JsonObject } from '../../../json.ts';

/** Where an object stands in a document: its dotted path, `[]` for a list's elements and `*` for a map's values. */
type Visit = (object: JsonObject, path: string) => JsonObject;

/**
 * Maps the object and every object in it, the outer before the inner ones.
 * @param maps the paths of maps, whose names are data.
 */
export function mapObjects(document: JsonObject, maps: ReadonlySet<string>, visit: Visit): JsonObject {
  const mapValue = (value: Json, path: string): Json => {
    if (Array.isArray(value)) return value.map((item) => mapValue(item, `${path}[]`));
    return isJsonObject(value) ? mapObject(value, path) : value;
  };
  const mapObject = (object: JsonObject, path: string): JsonObject => {
    const isMap = maps.has(path);
    const visited = visit(object, path);
    return Object.fromEntries(
      Object.entries(visited).map(([name, value]) => {
        const inside = isMap ? '*' : name;
        return [name, mapValue(value, path === '' ? inside : `${path}.${inside}`)];
      }),
    );
  };
  return mapObject(document, '');
}
