import { isDeepStrictEqual } from 'node:util';
import type { Catalogue, CatalogueEntry, PresetEntry, QuotaEntry } from '../../../src/chaos/catalogue.ts';
import { markdownTable } from '../markdown-table.ts';
import type { SeenStage } from './chaos-clients.ts';
import type { FaultSample } from './fault-samples.ts';
import type { Encounter, Met } from './meet-faults.ts';
import { CALLS, type MetPreset, metPresets, SEED } from './meet-presets.ts';

/** What was seen, client by client. */
export interface ChaosSeen {
  readonly samples: readonly FaultSample[];
  readonly clients: ReadonlyArray<{ readonly name: string; readonly encounter: Encounter }>;
}

const INTRODUCTION = `# Chaos

What restage can do to a call, and what clients do about it. The tests write this page:
\`npx vitest run chaos-matrix -u\`. Without \`-u\` they fail when it is out of date. \`restage faults\` prints the same lists.`;

const SEEN = `## What clients do about each fault

One \`GetStages\` call of each client, to a restage that replays two stages, \`beta\` and \`prod\`.

- **Fault**: the rule. \`first=99\` is longer than any client goes on.
- **The other columns**: the AWS SDK for JavaScript v3 and boto3, by their retry mode (\`AWS_RETRY_MODE\`). All else is
  the client's default. JS v3 is in *standard* mode unless told otherwise. boto3 has two defaults: *legacy* up to botocore
  1.43, and from 1.44 on *standard of 2026*, which is \`AWS_NEW_RETRIES_2026=true\` on botocore 1.43. How many attempts restage counted for the call, and what the program that uses the client got
  in the end: *the stages*, or the error by the name that the client gives it.
- **Bold** is what is wrong and comes *without an error*: the program takes it for what the service said.

Between attempts the clients do not wait, which leaves their number alone: boto3 does not sleep, and JS v3 draws 0 for
each of its random waits. For \`hang\` both have a short read timeout: by default boto3 waits for a minute in each attempt,
and JS v3 for ever.`;

const MET_PRESETS = `## What each default makes of a preset

${CALLS} calls of one client, one after the other, with \`--seed ${SEED}\`; in the \`brownout\` half a minute has passed. How many
succeeded, how many were given up, and how many attempts that took. *Early* are those that the client gave up with fewer
attempts than it makes, since its retry quota was spent: 500 tokens a client, of which a retry takes 14, or 5 after a
throttle, and success gives them back. \`--expect gave-up-early=0\` finds them in a run of your own.

A client with no quota (boto3 in legacy mode) loses the calls of an outage and no more. One with a quota goes on losing calls
that a single retry would have saved: \`retry-quota\` is made to show it.`;

const RULES = `A rule is a kind, a scope and a schedule: \`--fault kind[,name=value]…\`, or the same as an object in a file,
\`{ kind: throttle, first: 2 }\`. Rules are tried in order; the first that fires answers, and latencies add up. A faulted
call is neither forwarded nor stored, and uses up no take; one that was only delayed is an ordinary call. Kinds that
break an answer break what is recorded or, where nothing is, an empty listing; those that alter what is recorded
(\`stale\` to \`extra-field\`) hit nothing where nothing is, and in \`passthrough\`, which reads no recordings. They take any
collection: a thing's name is its id or what people call it by, such as a stage's name, a resource's path, a route's key.`;

/** The page about faults, in Markdown: what was seen, then all there is to say, from the tables that rules are read by. */
export function writeChaosPage(
  { samples, clients }: ChaosSeen,
  { kinds, scopes, schedules, presets, quotas, counting }: Catalogue,
): string {
  const rows = samples.map(({ spec }) => [
    code(spec),
    ...clients.map(({ encounter: { healthy, bySpec } }) => cellOf(bySpec.get(spec), healthy)),
  ]);
  const parameters = kinds.flatMap((kind) =>
    kind.parameters.map(({ name, describes }) => [code(kind.name), code(`${name}=`), describes]),
  );
  const blocks = [
    INTRODUCTION,
    SEEN,
    describeVersions(clients),
    markdownTable(['Fault', ...clients.map(({ name }) => name)], rows),
    MET_PRESETS,
    metPresetTable(clients),
    '## Kinds: what is done to a call',
    RULES,
    entryTable('Kind', kinds),
    'What each takes besides scope and schedule:',
    markdownTable(['Kind', 'Name', 'Meaning'], parameters),
    '## Scope: to which calls',
    entryTable('Name', scopes),
    '## Schedule: when',
    'All given conditions must hold.',
    entryTable('Name', schedules),
    '## What a count counts',
    counting.map((sentence) => `- ${sentence}`).join('\n'),
    '## Presets',
    '`--preset NAME`, `restage fault add NAME`, or `{ preset: NAME }` where a rule may stand in a file.',
    presetTable(presets),
    '## Quotas',
    ...quotas.flatMap(quotaBlocks),
  ];
  return `${blocks.join('\n\n')}\n`;
}

type Clients = ChaosSeen['clients'];
const VERSIONS = /^Seen with .*$/m;

function describeVersions(clients: Clients): string {
  return `Seen with ${[...new Set(clients.map(({ encounter: { version } }) => version))].join(', ')}.`;
}

/** Whether the pages say the same of what was seen, with whichever versions of the clients. */
export function isSameButForVersions(page: string, other: string): boolean {
  return page.replace(VERSIONS, '') === other.replace(VERSIONS, '');
}

function metPresetTable(clients: Clients): string {
  const withPresets = clients.filter(({ encounter }) => encounter.byPreset.size > 0);
  const rows = metPresets.map((preset) => [
    code(preset),
    ...withPresets.map(({ encounter }) => presetCellOf(encounter.byPreset.get(preset))),
  ]);
  return markdownTable(['Preset', ...withPresets.map(({ name }) => name)], rows);
}

/** `72 succeeded, 28 given up (11 early), 203 attempts`. */
function presetCellOf(met: MetPreset | undefined): string {
  if (met === undefined) throw new Error('a client did not meet every preset');
  const { succeeded, gaveUp, gaveUpEarly, attempts } = met.totals;
  const early = gaveUpEarly === 0 ? '' : ` (**${gaveUpEarly} early**)`;
  const lost = gaveUp === 0 ? [] : [`${gaveUp} given up${early}`];
  return [`${succeeded} succeeded`, ...lost, `${attempts} attempts`].join(', ');
}

function entryTable(title: string, entries: readonly CatalogueEntry[]): string {
  return markdownTable(
    [title, 'Meaning', 'Example'],
    entries.map(({ name, describes, example }) => [code(name), describes, code(example)]),
  );
}

function presetTable(entries: readonly PresetEntry[]): string {
  return markdownTable(
    ['Name', 'Meaning', 'Rules'],
    entries.map(({ name, describes, faults }) => [code(name), describes, faults.map(code).join(' ')]),
  );
}

/** `3 attempts, the stages`. */
function cellOf(met: Met | undefined, healthy: Met): string {
  if (met === undefined) throw new Error('a client did not meet every fault');
  return `${met.attempts === 1 ? '1 attempt' : `${met.attempts} attempts`}, ${inWords(met, healthy)}`;
}

function inWords({ seen }: Met, { seen: right }: Met): string {
  if ('error' in seen) return code(seen.error);
  if (isDeepStrictEqual(seen, right)) return 'the stages';
  if (seen.stages === null) return '**no list at all**';
  if (seen.stages.length === 0) return '**an empty list**';
  const whole = 'stages' in right ? (right.stages ?? []) : [];
  if (seen.stages.length < whole.length) {
    const names = seen.stages.map(({ stageName }) => stageName);
    const lost = whole.map(({ stageName }) => stageName).filter((name) => !names.includes(name));
    return `**without ${lost.map((name) => code(String(name))).join(', ')}**`;
  }
  const differences = seen.stages.flatMap((stage, i) => differencesOf(stage, whole[i] ?? {}));
  return `**${[...new Set(differences)].join(', ')}**`;
}

/** What a stage lacks, has besides, or says otherwise. */
function differencesOf(stage: SeenStage, right: SeenStage): string[] {
  const names = [...new Set([...Object.keys(right), ...Object.keys(stage)])];
  return names.flatMap((name) => {
    if (isDeepStrictEqual(stage[name], right[name])) return [];
    if (!Object.hasOwn(stage, name)) return [`no ${code(name)}`];
    const value = code(String(stage[name]));
    return [Object.hasOwn(right, name) ? `${code(name)} is ${value}` : `${code(name)} besides`];
  });
}

/** What a quota says, then a table of what single operations may be called. */
function quotaBlocks({ describes, example, common, limits, single }: QuotaEntry): string[] {
  return [
    `${code(example)}: ${describes}.`,
    `Every call draws on one bucket, of whatever operation and forwarded ones too: ${code(common)}.
A call of an operation below draws on that operation's bucket besides, by a rule such as
${code(single)}. It is throttled where either has no token, and
the rule that fired says which. These are the service's published quotas, fixed for each account and region; how many calls
of one operation may come at once is not published, and taken to be what the limit names. \`CreateRestApi\` and
\`ImportRestApi\` have the limit of regional and private APIs: for edge-optimised ones it is 1 in 30 seconds, but which it
will be the call's path does not tell.`,
    markdownTable(
      ['Limit', 'Operations'],
      limits.map(({ limit, operations }) => [limit, operations.map(code).join(' ')]),
    ),
  ];
}

function code(text: string): string {
  return `\`${text}\``;
}
