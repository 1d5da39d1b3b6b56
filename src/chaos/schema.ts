import * as z from 'zod';
import { exampleOf } from './catalogue.ts';
import { faultKinds } from './fault.ts';
import { inputSchema } from './input-schema.ts';
import { MAX_NAME_LENGTH } from './parse-rule.ts';
import { presets } from './preset.ts';
import { phaseDocs, phaseParameters, scenarioDocs, scenarioParameters } from './scenario.ts';
import { scheduleDocs, scheduleParameters } from './schedule-settings.ts';
import { scopeDocs, scopeParameters } from './scope-parameters.ts';

type JsonSchema = Record<string, unknown>;

const faultRef = { $ref: '#/$defs/fault' };
const faults = { type: 'array', items: faultRef };

/** The JSON Schema (draft 2020-12) of a faults file, from the very tables that it is read by: for editors to complete it. */
export function faultsFileSchema(): object {
  const kinds = Object.entries(faultKinds);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Faults of restage',
    description: 'Rules for --faults: a list, or phases with rules of their own.',
    anyOf: [faults, { $ref: '#/$defs/scenario' }],
    $defs: {
      fault: {
        anyOf: [
          { $ref: '#/$defs/text' },
          { $ref: '#/$defs/preset' },
          ...kinds.map(([name]) => ({ $ref: `#/$defs/kind.${name}` })),
        ],
      },
      text: {
        type: 'string',
        description: 'kind[,name=value]…, such as throttle,first=2',
        pattern: `^\\s*(?:${kinds.map(([name]) => name).join('|')})\\s*(?:,[^,=]+=[^,]*)*$`,
      },
      preset: {
        type: 'object',
        description: 'the rules of a preset',
        properties: { preset: presetNames('the rules of a preset') },
        required: ['preset'],
        additionalProperties: false,
      },
      scenario: scenarioSchema(),
      phase: phaseSchema(),
      name: {
        type: 'string',
        minLength: 1,
        maxLength: MAX_NAME_LENGTH,
        description: "the rule's name, for logs, metrics and to change it by",
      },
      ...documented('scope', scopeParameters, scopeDocs),
      ...documented('schedule', scheduleParameters, scheduleDocs),
      ...Object.fromEntries(kinds.map(([name]) => [`kind.${name}`, kindSchema(name)])),
    },
  };
}

function kindSchema(name: string): JsonSchema {
  const kind = faultKinds[name];
  if (kind === undefined) throw new Error(`no fault kind '${name}'`);
  const { properties, required } = inputSchema(z.object(kind.parameters));
  return {
    type: 'object',
    description: kind.describes,
    examples: [exampleOf(name, kind)],
    properties: {
      kind: { const: name },
      name: { $ref: '#/$defs/name' },
      ...references('scope', scopeParameters),
      ...references('schedule', scheduleParameters),
      // Last: what a kind says of a name of its own is more to the point.
      ...(properties as JsonSchema),
    },
    required: ['kind', ...((required as string[] | undefined) ?? [])],
    additionalProperties: false,
  };
}

function scenarioSchema(): JsonSchema {
  const { faults: _faults, phases: _phases, ...rest } = described(scenarioParameters, scenarioDocs);
  return {
    type: 'object',
    properties: {
      faults: { ...faults, description: scenarioDocs.faults },
      phases: { type: 'array', items: { $ref: '#/$defs/phase' }, description: scenarioDocs.phases },
      ...rest,
    },
    minProperties: 1,
    additionalProperties: false,
  };
}

function phaseSchema(): JsonSchema {
  const { faults: _faults, preset: _preset, ...rest } = described(phaseParameters, phaseDocs);
  return {
    type: 'object',
    properties: {
      ...rest,
      faults: { ...faults, description: phaseDocs.faults },
      preset: presetNames(phaseDocs.preset),
    },
    additionalProperties: false,
  };
}

function presetNames(description: string): JsonSchema {
  return { enum: Object.keys(presets), description };
}

/** Definitions that every kind refers to. */
function documented(
  group: string,
  parameters: Readonly<Record<string, z.ZodType>>,
  docs: Readonly<Record<string, { readonly describes: string; readonly example: string }>>,
): JsonSchema {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, type]) => {
      const { describes, example } = docs[name] ?? { describes: '', example: '' };
      return [`${group}.${name}`, { ...inputSchema(type), description: `${describes}: ${example}` }];
    }),
  );
}

function references(group: string, parameters: object): JsonSchema {
  return Object.fromEntries(
    Object.keys(parameters).map((name) => [name, { $ref: `#/$defs/${group}.${name}` }]),
  );
}

function described(
  parameters: Readonly<Record<string, z.ZodType>>,
  docs: Readonly<Record<string, string>>,
): JsonSchema {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, type]) => [
      name,
      { ...inputSchema(type), description: docs[name] },
    ]),
  );
}
