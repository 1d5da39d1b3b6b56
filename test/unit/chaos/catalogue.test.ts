import { describe, expect, it } from 'vitest';
import { describeFaults } from '../../../src/chaos/catalogue.ts';
import { faultKinds } from '../../../src/chaos/fault.ts';
import { parseFault } from '../../../src/chaos/parse-rule.ts';
import { scheduleParameters } from '../../../src/chaos/schedule-settings.ts';
import { scopeParameters } from '../../../src/chaos/scope-parameters.ts';

describe('the catalogue', () => {
  const { kinds, scopes, schedules } = describeFaults();

  it('lists all there is, with a description and an example each', () => {
    const catalogue = describeFaults();
    for (const entries of Object.values(catalogue)) expect(entries).not.toEqual([]);
    const { counting: _, ...lists } = catalogue;
    for (const entry of Object.values(lists).flat()) {
      expect(entry.describes).toMatch(/\S/);
      expect(entry.example).toMatch(/\S/);
    }
    expect(kinds.map(({ name }) => name)).toEqual(Object.keys(faultKinds));
    expect(scopes.map(({ name }) => name)).toEqual(Object.keys(scopeParameters));
    expect(schedules.map(({ name }) => name)).toEqual(Object.keys(scheduleParameters));
  });

  it.each([...scopes, ...schedules].map(({ name, example }) => [name, example]))(
    'shows %s by %s, which is a rule that says it',
    (name, example) => {
      expect(parseFault(example).fields).toHaveProperty(name);
    },
  );

  // A kind that takes parameters it cannot do without has an example of its own.
  it
    .skipIf(!kinds.some(({ name, example }) => name !== example))
    .each(kinds.map(({ name, example }) => [name, example]))(
    'shows %s by %s, which is a rule of this kind',
    (name, example) => {
      expect(parseFault(example).kind).toBe(name);
    },
  );

  it('lists the older name of a kind as such, without repeating what it takes', () => {
    expect(kinds.filter(({ describes }) => describes.includes('older name'))).toEqual([
      {
        name: 'drop-stage',
        describes: 'the older name of drop',
        example: 'drop-stage,stage-name=prod',
        parameters: [],
      },
    ]);
  });

  it('has no kind that takes a name of a schedule or a scope for something else', () => {
    const shared = [...Object.keys(scopeParameters), ...Object.keys(scheduleParameters), 'name', 'kind'];
    const clashes = kinds.flatMap(({ name, parameters }) =>
      parameters.filter((own) => shared.includes(own.name)).map((own) => `${name} ${own.name}`),
    );
    expect(clashes).toEqual([]);
  });
});
