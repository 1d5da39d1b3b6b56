import type { Alteration } from '../../aws/apigateway/operation.ts';
import { answerWith } from '../effect.ts';
import { type FaultKind, faultKind, type Introduction, type Parsed, type Shape } from '../fault-kind.ts';
import { positiveNumber, textOf } from '../parameter.ts';

/** `stage` is a rule's scope: the calls whose answers list that stage. */
const stageName = textOf("a stage's name");
const oneStage = stageName.describe('Only of the stage of that name; of every stage if absent').optional();

const fieldName = textOf("a field's name", 100);

/** What was true some changes ago: reads that lag behind the writes. */
export const stale = faultKind({
  describes: 'an answer that was recorded earlier: eventual consistency',
  example: 'stale,by=1,first=3',
  needsOriginal: true,
  parameters: { by: positiveNumber.describe('How many takes back').default(1) },
  create: ({ by }) => ({ strike: ({ original }) => answerWith(original.earlier(by)) }),
});

/** A listing that lacks a stage. */
export const dropStage = altering(
  {
    describes: 'leaves a stage out, the last one unless it is named',
    example: 'drop-stage,stage-name=prod',
    parameters: { 'stage-name': stageName.describe('The stage; the last one if absent').optional() },
  },
  ({ 'stage-name': item }) => ({ type: 'drop', item }),
);

/** A listing of nothing, where there is something. */
export const emptyList = altering(
  { describes: 'lists no stage at all', example: 'empty-list,first=2', parameters: {} },
  () => ({ type: 'empty' }),
);

/** Stages without a field that they have. */
export const missingField = altering(
  {
    describes: 'leaves a field out of the stages that have it',
    example: 'missing-field,field=deploymentId',
    parameters: { field: fieldName.describe('The field').default('deploymentId'), 'stage-name': oneStage },
  },
  ({ field, 'stage-name': item }) => ({ type: 'remove-field', item, field }),
);

/** A field that says what it never said before. */
export const unknownEnum = altering(
  {
    describes: 'a value that no client knows, in a field that the stages have',
    example: 'unknown-enum,field=cacheClusterStatus,value=HIBERNATING',
    parameters: {
      field: fieldName.describe('The field').default('cacheClusterStatus'),
      value: textOf('a text').describe('What it says instead').default('RESTAGE_UNKNOWN'),
      'stage-name': oneStage,
    },
  },
  ({ field, value, 'stage-name': item }) => ({ type: 'set-field', item, field, value }),
);

/** A field that no client knows. */
export const extraField = altering(
  {
    describes: 'adds a field to the stages that do not have it',
    example: 'extra-field,field=costCenter,value=4711',
    parameters: {
      field: fieldName.describe('The field').default('restageExtraField'),
      value: textOf('a text').describe('What it says').default('restage'),
      'stage-name': oneStage,
    },
  },
  ({ field, value, 'stage-name': item }) => ({ type: 'add-field', item, field, value }),
);

/** A kind that alters what is recorded; where nothing is that could be altered so, the call is not hit. */
function altering<S extends Shape>(
  introduction: Introduction<S>,
  alterationOf: (parameters: Parsed<S>) => Alteration,
): FaultKind {
  return faultKind({
    ...introduction,
    needsOriginal: true,
    create: (parameters) => {
      const alteration = alterationOf(parameters);
      return { strike: ({ original }) => answerWith(original.altered(alteration)) };
    },
  });
}
