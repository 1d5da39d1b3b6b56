import { expect, it } from 'vitest';
import { readPlan } from '../../../src/settings/read-plan.ts';

const none = { quota: undefined, presets: [], rules: [], file: undefined };

it('is a plan of nothing where nothing was given', async () => {
  expect(await readPlan(none)).toEqual({ rules: [], phases: [], repeats: false });
});

it('has the rules of --quota, --preset and --fault, in this order', async () => {
  const { rules } = await readPlan({
    ...none,
    quota: 'aws',
    presets: ['expired-token'],
    rules: ['conflict,first=2', { kind: 'throttle', first: 1 }],
  });
  const others = rules.filter(({ name }) => !name.startsWith('quota-'));
  expect(others.map(({ kind }) => kind)).toEqual(['throttle', 'expired-token', 'conflict', 'throttle']);
  expect(others.map(({ schedule }) => schedule.first)).toEqual([undefined, undefined, 2, 1]);
  // Those of single operations stand with the common one.
  expect(rules.slice(-3)).toEqual(others.slice(1));
});

it('refuses a rule in its own words', async () => {
  const plan = readPlan({ ...none, rules: ['throttle,p=2'] });
  await expect(plan).rejects.toThrow("Cannot use fault 'throttle,p=2': 'p' takes a number from 0 to 1");
});
