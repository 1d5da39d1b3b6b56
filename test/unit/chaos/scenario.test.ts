import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/chaos/plan.ts';
import { parsePlan } from '../../../src/chaos/scenario.ts';
import { UsageError } from '../../../src/errors.ts';

/** The names of a plan's rules, and its phases in a line each. */
function outline({ rules, phases, repeats }: Plan): object {
  return {
    rules: rules.map(({ name }) => name),
    phases: phases.map(
      ({ name, ends, rules }) =>
        `${name} ${JSON.stringify(ends)} ${rules.map((rule) => rule.name).join(' ')}`,
    ),
    repeats,
  };
}

describe('a faults file', () => {
  it.each<[unknown, string[]]>([
    [[], []],
    [
      ['throttle,first=2', { kind: 'conflict' }],
      ['throttle,first=2', 'conflict'],
    ],
    [{ faults: ['throttle'] }, ['throttle']],
    [{ $schema: './faults.schema.json', faults: [] }, []],
    [
      [{ preset: 'quota' }, 'conflict'],
      ['quota', 'conflict'],
    ],
  ])('of %j holds these rules all the time', (data, rules) => {
    expect(outline(parsePlan(data, 'x.yaml'))).toEqual({ rules, phases: [], repeats: false });
  });

  it('may hold phases', () => {
    const data = {
      faults: ['latency,ms=5'],
      phases: [
        { name: 'calm', for: 60 },
        { name: 'brown-out 1', calls: '100', faults: ['unavailable,p=0.3', { preset: 'quota' }] },
        { for: 0.5, preset: 'throttle-storm', faults: ['conflict'] },
        { name: 'recovery' },
      ],
    };
    expect(outline(parsePlan(data, 'x.yaml'))).toEqual({
      rules: ['latency,ms=5'],
      phases: [
        'calm {"afterMs":60000} ',
        'brown-out 1 {"afterCalls":100} unavailable,p=0.3 quota',
        'phase 3 {"afterMs":500} throttle,p=0.6 conflict',
        'recovery undefined ',
      ],
      repeats: false,
    });
    expect(parsePlan({ phases: [{ for: 1 }], repeat: true }, 'x.yaml').repeats).toBe(true);
  });

  it.each<[unknown, string]>([
    [undefined, 'it is not a list of faults. Write a list'],
    [null, 'it is not a list of faults'],
    ['throttle', 'it is not a list of faults'],
    [{}, 'it is empty'],
    [{ faults: null }, "'faults' takes a list of faults"],
    [{ faults: {} }, "'faults' takes a list of faults"],
    [
      { fault: [] },
      "there is no 'fault'. Did you mean 'faults'? Known names are $schema, faults, phases, repeat",
    ],
    [{ phases: {} }, "'phases' takes a list of phases"],
    [{ phases: ['calm'] }, 'phases[0] is not an object. Known names are name, for, calls, faults, preset'],
    [{ phases: [{ seconds: 5 }] }, "there is no 'seconds' at phases[0]. Known names are name, for"],
    [{ phases: [{ for: 1, calls: 1 }] }, "'for' contradicts 'calls' at phases[0]"],
    [{ phases: [{ for: 0 }] }, "'for' at phases[0] takes a number of 0.001 or more"],
    [{ phases: [{ for: -1 }] }, "'for' at phases[0] takes a number of 0.001 or more"],
    [{ phases: [{ calls: 0 }] }, "'calls' at phases[0] takes a number of 1 or more"],
    [{ phases: [{ calls: 1.5 }] }, "'calls' at phases[0] takes a whole number"],
    [{ phases: [{ name: 'a\nb' }] }, "'name' at phases[0] takes 1 to 64 letters"],
    [{ phases: [{ name: 'calm' }, {}] }, "phases[0] 'calm' has no end, and another phase follows it"],
    [{ phases: [{ name: 'calm' }], repeat: true }, "phases[0] 'calm' has no end"],
    [{ phases: [{ name: 'a', for: 1 }, { name: 'a' }] }, "two phases are named 'a'"],
    [{ phases: [{ faults: 'throttle' }] }, "'faults' at phases[0] takes a list of faults"],
    [{ faults: [], repeat: true }, "'repeat' says nothing without 'phases'"],
    [{ phases: [{ for: 1 }], repeat: 'yes' }, "'repeat' takes true or false"],
  ])('of %j is refused with the reason', (data, reason) => {
    expect(() => parsePlan(data, 'x.yaml')).toThrow(UsageError);
    expect(() => parsePlan(data, 'x.yaml')).toThrow(`Cannot use 'x.yaml': ${reason}`);
  });

  it.each<[unknown, string]>([
    [
      ['throttle', 'nope'],
      "Cannot use fault 'nope' ([1] of 'x.yaml'): there is no kind 'nope'. Known kinds are",
    ],
    [{ faults: [5] }, "Cannot use fault '5' (faults[0] of 'x.yaml'): it is not an object with a 'kind'"],
    [
      { phases: [{ for: 1 }, { faults: ['throttle,p=2'] }] },
      "Cannot use fault 'throttle,p=2' (phases[1].faults[0] of 'x.yaml'): 'p' takes a number from 0 to 1",
    ],
    [
      [{ preset: 'nope' }],
      "Cannot use preset 'nope' ([0] of 'x.yaml'): there is no such preset. Known are throttle-storm, quota,",
    ],
    [{ phases: [{ preset: 'constructor' }] }, "preset 'constructor' (phases[0].preset of 'x.yaml')"],
  ])('of %j is refused, naming the place', (data, reason) => {
    expect(() => parsePlan(data, 'x.yaml')).toThrow(UsageError);
    expect(() => parsePlan(data, 'x.yaml')).toThrow(reason);
  });
});
