import fc from 'fast-check';
import { type Json, type JsonObject, numberOf, objectOf } from '../../src/json.ts';

/** The texts of numbers that a lesser JSON library would change, and some that none would. */
export const numberTexts: readonly string[] = [
  '10000.0',
  '1e400',
  '-0',
  '12345678901234567890',
  '0.10',
  '1E+2',
  '0',
  '-1',
  '1460741888',
  '1460741888.5',
];

const oddNames = [
  '__proto__',
  'constructor',
  'toString',
  'toJSON',
  '',
  '0',
  'verbatim',
  '_links',
  'item',
  'a',
];
const oddStrings = ['', '__proto__', '\ud800', '2016-04-15T17:38:08Z', '🚀', 'a\nb', 'é'];

export const number: fc.Arbitrary<Json> = fc.constantFrom(...numberTexts).map(numberOf);
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...oddStrings),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
export const fieldName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...oddNames),
  fc.string({ maxLength: 6 }),
);

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, {}, []),
    text,
    number,
    fc.array(tie('value'), { maxLength: 3 }),
    objectWith(tie('value')),
  ),
}));

/** Any JSON, with what is likely to be mishandled more likely than elsewhere. */
export const jsonValue: fc.Arbitrary<Json> = value;

/** An object of any fields, `__proto__` among them. */
export const jsonObject: fc.Arbitrary<JsonObject> = objectWith(jsonValue);

/** An object with such fields. */
export function objectWith(field: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(fieldName, field), { maxLength: 4 }).map(objectOf);
}
