import type { NormalizedSchema } from '@smithy/core/schema';

/** Something in a body, at any depth. */
export interface Member {
  /** Dotted, by wire names; `[]` is a list's elements, `*` a map's values. */
  readonly path: string;
  readonly schema: NormalizedSchema;
  /** The structure that it is a member of, and its wire name there; nothing for what a list or a map holds. */
  readonly of?: { readonly structure: string; readonly name: string };
}

export type Direction = 'request' | 'answer';

/** The members of a structure that travel in the body, by their wire names. */
export function bodyMembers(
  structure: NormalizedSchema,
  direction: Direction,
): Map<string, NormalizedSchema> {
  return new Map(
    membersOf(structure)
      .filter(([, member]) => !isBound(member, direction))
      .map(([name, member]) => [String(member.getMergedTraits().jsonName ?? name), member]),
  );
}

/** All members of a structure, whether they travel in the body or elsewhere. */
export function membersOf(structure: NormalizedSchema): [name: string, member: NormalizedSchema][] {
  return structure.isStructSchema() ? [...structure.structIterator()] : [];
}

/** What a body holds, at any depth. A structure within itself is not gone into again. */
export function* walk(
  schema: NormalizedSchema,
  direction: Direction,
  path: readonly string[] = [],
  within: readonly string[] = [],
): Generator<Member> {
  if (schema.isStructSchema()) {
    const structure = schema.getName() ?? '';
    if (within.includes(structure)) return;
    for (const [name, member] of bodyMembers(schema, direction)) {
      yield { path: [...path, name].join('.'), schema: member, of: { structure, name } };
      yield* walk(member, direction, [...path, name], [...within, structure]);
    }
  } else if (schema.isListSchema()) {
    yield* walkInto(
      schema.getValueSchema(),
      direction,
      [...path.slice(0, -1), `${path.at(-1) ?? ''}[]`],
      within,
    );
  } else if (schema.isMapSchema()) {
    yield* walkInto(schema.getValueSchema(), direction, [...path, '*'], within);
  }
}

function* walkInto(
  schema: NormalizedSchema,
  direction: Direction,
  path: readonly string[],
  within: readonly string[],
): Generator<Member> {
  yield { path: path.join('.'), schema };
  yield* walk(schema, direction, path, within);
}

/** In answers the model marks `position` as of the query: an answer has none, so it stands in the body. */
function isBound(member: NormalizedSchema, direction: Direction): boolean {
  const { httpLabel, httpQuery, httpQueryParams, httpHeader, httpPayload } = member.getMergedTraits();
  const elsewhere = [httpHeader, httpPayload];
  if (direction === 'request') elsewhere.push(httpLabel, httpQuery, httpQueryParams);
  return elsewhere.some((trait) => trait !== undefined);
}
