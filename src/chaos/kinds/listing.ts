import type { Alteration } from '../../aws/apigateway/operation.ts';
import { answerWith } from '../effect.ts';
import { type FaultKind, faultKind, type Introduction, type Parsed, type Shape } from '../fault-kind.ts';
import { positiveNumber, textOf } from '../parameter.ts';

/** `item` is a rule's scope: the calls whose answers list that thing. The kinds were made for stages, hence the other name. */
const itemName = textOf("a thing's name");
const oneItem = {
  'item-name': itemName.describe('Only of the thing of that name; of every thing if absent').optional(),
  'stage-name': itemName.describe('The same as item-name').optional(),
};

const fieldName = textOf("a field's name", 100);

/** What was true some changes ago: reads that lag behind the writes. */
export const stale = faultKind({
  describes: 'an answer that was recorded earlier: eventual consistency',
  example: 'stale,by=1,first=3',
  needsOriginal: true,
  parameters: { by: positiveNumber.describe('How many takes back').default(1) },
  create: ({ by }) => ({ strike: ({ original }) => answerWith(original.earlier(by)) }),
});

/** A listing that lacks a thing. */
export const drop = altering(
  {
    describes: 'leaves a listed thing out, the last one unless it is named',
    example: 'drop,item-name=prod',
    parameters: {
      ...oneItem,
      'item-name': itemName.describe('The thing; the last one if absent').optional(),
    },
  },
  (_, item) => ({ type: 'drop', item }),
);

/** A listing of nothing, where there is something. */
export const emptyList = altering(
  { describes: 'lists nothing at all', example: 'empty-list,first=2', parameters: {} },
  () => ({ type: 'empty' }),
);

/** Things without a field that they have. */
export const missingField = altering(
  {
    describes: 'leaves a field out of the listed things that have it',
    example: 'missing-field,field=deploymentId',
    parameters: {
      field: fieldName.describe("The field; a stage's deploymentId if absent").default('deploymentId'),
      ...oneItem,
    },
  },
  ({ field }, item) => ({ type: 'remove-field', item, field }),
);

/** A field that says what it never said before. */
export const unknownEnum = altering(
  {
    describes: 'a value that no client knows, in a field that listed things have',
    example: 'unknown-enum,field=cacheClusterStatus,value=HIBERNATING',
    parameters: {
      field: fieldName
        .describe("The field; a stage's cacheClusterStatus if absent")
        .default('cacheClusterStatus'),
      value: textOf('a text').describe('What it says instead').default('RESTAGE_UNKNOWN'),
      ...oneItem,
    },
  },
  ({ field, value }, item) => ({ type: 'set-field', item, field, value }),
);

/** A field that no client knows. */
export const extraField = altering(
  {
    describes: 'adds a field to the listed things that do not have it',
    example: 'extra-field,field=costCenter,value=4711',
    parameters: {
      field: fieldName.describe('The field').default('restageExtraField'),
      value: textOf('a text').describe('What it says').default('restage'),
      ...oneItem,
    },
  },
  ({ field, value }, item) => ({ type: 'add-field', item, field, value }),
);

/** A kind that alters what is recorded; where nothing is that could be altered so, the call is not hit. */
function altering<S extends Shape>(
  introduction: Introduction<S>,
  alterationOf: (parameters: Parsed<S>, item: string | undefined) => Alteration,
): FaultKind {
  return faultKind({
    ...introduction,
    needsOriginal: true,
    findFlaw: (given) => {
      const { 'item-name': item, 'stage-name': stage } = itemNamesIn(given);
      if (item === undefined || stage === undefined) return undefined;
      return { reason: "'item-name' and 'stage-name' say the same", remedy: 'Give one of them' };
    },
    create: (parameters) => {
      const { 'item-name': item, 'stage-name': stage } = itemNamesIn(parameters);
      const alteration = alterationOf(parameters, item ?? stage);
      return { strike: ({ original }) => answerWith(original.altered(alteration)) };
    },
  });
}

/** Of the parameters of a kind that may name one thing. */
function itemNamesIn(parameters: object): { readonly 'item-name'?: string; readonly 'stage-name'?: string } {
  return parameters;
}
