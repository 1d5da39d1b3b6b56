import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeFaults } from '../../../src/chaos/catalogue.ts';
import { parseFault } from '../../../src/chaos/parse-rule.ts';
import { presets } from '../../../src/chaos/preset.ts';
import { ruleToObject } from '../../../src/chaos/rule.ts';
import { faultsFileSchema } from '../../../src/chaos/schema.ts';

describe('the JSON Schema of a faults file', () => {
  const schema = z.fromJSONSchema(faultsFileSchema() as z.core.JSONSchema.JSONSchema);
  const { kinds, schedules, scopes } = describeFaults();

  it('is published', async () => {
    const text = `${JSON.stringify(faultsFileSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../schema/faults.schema.json');
    const { files } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    expect(files).toContain('schema');
  });

  it('allows every example, as text and as an object', () => {
    const ofKinds = kinds.some(({ name, example }) => name !== example) ? kinds : [];
    const examples = [...ofKinds, ...scopes, ...schedules].map(({ example }) => example);
    expect(examples.filter((example) => !schema.safeParse([example]).success)).toEqual([]);
    const objects = examples.map((example) => ruleToObject(parseFault(example)));
    expect(objects.filter((object) => !schema.safeParse({ faults: [object] }).success)).toEqual([]);
  });

  it.each(Object.keys(presets))('allows the preset %s, and phases of it', (preset) => {
    expect(schema.safeParse([{ preset }]).success).toBe(true);
    const phases = [{ name: 'calm', calls: 5 }, { for: 0.5, preset }, { faults: [{ preset }, 'throttle'] }];
    expect(schema.safeParse({ $schema: 'x', faults: ['throttle'], phases, repeat: true }).success).toBe(true);
  });

  it.each<[unknown]>([
    ['throttle'],
    [{}],
    [['nope']],
    [['throttle,']],
    [[{ kind: 'nope' }]],
    [[{ kind: 'throttle', nope: 1 }]],
    [[{ kind: 'throttle', first: 'x' }]],
    [[{ kind: 'throttle', cycle: '2' }]],
    [[{ kind: 'throttle', ms: 5 }]],
    [[{ kind: 'status' }]],
    [[{ kind: 'latency', ms: 'x' }]],
    [[{ first: 2 }]],
    [[{ preset: 'nope' }]],
    [[{ preset: 'quota', first: 2 }]],
    [{ faults: ['throttle'], nope: 1 }],
    [{ phases: [{ seconds: 5 }] }],
    [{ phases: [{ preset: 'nope' }] }],
    [{ repeat: 'yes' }],
  ])('does not allow %j', (data) => {
    expect(schema.safeParse(data).success).toBe(false);
  });
});
