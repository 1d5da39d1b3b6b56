import { z } from 'zod';
import { presets } from '../chaos/preset.ts';
import { parseFaultSpec, ruleToObject } from '../chaos/rule.ts';
import { listNames, UsageError } from '../errors.ts';
import type { Values } from '../settings.ts';
import { ControlClient } from './control-client.ts';
import { printable } from './printable.ts';

const ruleSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  matched: z.number(),
  fired: z.number(),
  endsInSeconds: z.number().optional(),
  phase: z.string().optional(),
});
const listSchema = z.looseObject({ faults: z.array(ruleSchema) });

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
      `Cannot carry out 'restage fault ${String(action)}': there is no such action. Known are ${listNames(Object.keys(acts))}.`,
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
  // Read here already: what is wrong with it is said in the words of the command line.
  const fields = isPreset ? { preset: text } : ruleToObject(parseFaultSpec(text));
  return renderRules(listSchema.parse(await client.call('POST', '/faults', fields)).faults);
}

async function list(client: ControlClient): Promise<string> {
  return renderRules(listSchema.parse(await client.call('GET', '/faults')).faults);
}

async function remove(client: ControlClient, name: string): Promise<string> {
  await client.call('DELETE', `/faults/${encodeURIComponent(name)}`);
  return `Removed ${printable(name)}.\n`;
}

async function clear(client: ControlClient): Promise<string> {
  await client.call('DELETE', '/faults');
  return 'Removed every fault.\n';
}

/** A line each: `throttle,first=2   armed   hit 1 of 3 calls   ends in 9 min`. */
function renderRules(rules: ReadonlyArray<z.infer<typeof ruleSchema>>): string {
  if (rules.length === 0) return 'There are no faults.\n';
  const width = Math.max(...rules.map(({ name }) => name.length));
  return rules
    .map(({ name, state, matched, fired, endsInSeconds, phase }) => {
      const ends = endsInSeconds === undefined ? '' : `  ends in ${Math.ceil(endsInSeconds)} s`;
      const ofPhase = phase === undefined ? '' : `  phase ${printable(phase)}`;
      return `${printable(name.padEnd(width))}  ${printable(state)}  hit ${fired} of ${matched} calls${ends}${ofPhase}\n`;
    })
    .join('');
}
