import * as z from 'zod';
import { quote } from '../aws/apigateway/key.ts';
import { faultKinds } from '../chaos/fault.ts';
import { parseFaultSpec } from '../chaos/parse-rule.ts';
import { presets } from '../chaos/preset.ts';
import { fieldText, ruleToObject } from '../chaos/rule.ts';
import { listNames, UsageError } from '../errors.ts';
import { nearestName, suggestNames } from '../known-names.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Values } from '../settings/settings.ts';
import { ControlClient } from './control-client.ts';
import { formatDuration } from './duration.ts';
import { printable } from './printable.ts';

const ruleSchema = z.looseObject({
  name: z.string(),
  rule: z.record(z.string(), z.unknown()),
  state: z.string(),
  matched: z.number(),
  fired: z.number(),
  endsInSeconds: z.number().optional(),
  phase: z.string().optional(),
});
const listSchema = z.looseObject({ faults: z.array(ruleSchema) });
const removedSchema = z.looseObject({ removed: z.string() });

type Act = (client: ControlClient, rule: string) => Promise<string>;

/** What `restage fault` can do, by the word after it. */
const acts: Readonly<Record<string, { readonly needsRule: boolean; readonly act: Act }>> = {
  add: { needsRule: true, act: add },
  ls: { needsRule: false, act: list },
  rm: { needsRule: true, act: remove },
  clear: { needsRule: false, act: clear },
};

/** `restage fault add|ls|rm|clear`: the faults of a running proxy. @returns the exit status. */
export async function fault(flags: Values, write: (text: string) => void): Promise<number> {
  const { action, rule, ...options } = flags;
  const found = typeof action === 'string' && Object.hasOwn(acts, action) ? acts[action] : undefined;
  if (found === undefined) {
    throw new UsageError(
      `Cannot carry out 'restage fault ${String(action)}': there is no such action. ${suggestNames(String(action), Object.keys(acts))}.`,
    );
  }
  if (found.needsRule !== (rule !== undefined)) {
    const need = found.needsRule ? 'it needs a rule' : 'it takes no rule';
    throw new UsageError(
      `Cannot carry out 'restage fault ${String(action)}': ${need}. Write 'restage fault add throttle,first=2', 'ls', 'rm NAME' or 'clear'.`,
    );
  }
  write(await found.act(new ControlClient(options, process.env), String(rule ?? '')));
  return 0;
}

async function add(client: ControlClient, text: string): Promise<string> {
  const isPreset = Object.hasOwn(presets, text);
  if (!isPreset && /^[\w-]*$/.test(text) && !Object.hasOwn(faultKinds, text)) {
    const [kinds, presetNames] = [Object.keys(faultKinds), Object.keys(presets)];
    const nearest = nearestName(text, [...kinds, ...presetNames]);
    const question = nearest === undefined ? '' : `Did you mean '${nearest}'? `;
    throw new UsageError(
      `Cannot add ${quote(withoutSecrets(text))}: there is no kind and no preset of that name. ${question}Known presets are ${listNames(presetNames)}; known kinds are ${listNames(kinds)}.`,
    );
  }
  // Read here already: what is wrong with it is said in the words of the command line.
  const fields = isPreset ? { preset: text } : ruleToObject(parseFaultSpec(text));
  return renderRules((await client.call('POST', '/faults', listSchema, fields)).faults);
}

async function list(client: ControlClient): Promise<string> {
  return renderRules((await client.call('GET', '/faults', listSchema)).faults);
}

async function remove(client: ControlClient, name: string): Promise<string> {
  await client.call('DELETE', `/faults/${encodeURIComponent(name)}`, removedSchema);
  return `Removed ${printable(name)}.\n`;
}

async function clear(client: ControlClient): Promise<string> {
  await client.call('DELETE', '/faults', listSchema);
  return 'Removed every fault.\n';
}

/** A line each: `storm  throttle,first=2  armed  hit 1 of 3 calls, ends in 9m10s`. */
function renderRules(rules: ReadonlyArray<z.infer<typeof ruleSchema>>): string {
  if (rules.length === 0) return 'There are no faults.\n';
  const rows = rules.map((rule) => {
    const { name, state, matched, fired, endsInSeconds, phase } = rule;
    const spec = specOf(rule);
    const ends = endsInSeconds === undefined ? [] : [`ends in ${formatDuration(endsInSeconds * 1000)}`];
    const ofPhase = phase === undefined ? [] : [`in phase ${phase}`];
    const hits = `hit ${fired} of ${matched} ${matched === 1 ? 'call' : 'calls'}`;
    return [name, spec === name ? '' : spec, state, [hits, ...ends, ...ofPhase].join(', ')].map(printable);
  });
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) => {
      const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0));
      return `${padded.filter((cell) => cell !== '').join('  ')}\n`;
    })
    .join('');
}

/** What the rule does, as text; when it ends is told beside it. */
function specOf({ rule: { name: _, kind, for: _for, ...fields } }: z.infer<typeof ruleSchema>): string {
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  return [kind, ...pairs].join(',');
}
