import { describe, expect, it } from 'vitest';
import { errandName, errands } from '../../../src/cli/errands.ts';
import { renderHelp } from '../../../src/cli/help.ts';
import { modes } from '../../../src/sessions/mode.ts';
import { options } from '../../../src/settings/options.ts';

const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('help', () => {
  it('lists every command and every option, with its default and what it takes', () => {
    const text = renderHelp([], 100);
    for (const mode of modes) expect(text).toContain(`\n  restage ${mode} `);
    for (const { usage, describes } of errands) expect(flat(text)).toContain(`restage ${usage} ${describes}`);
    for (const { name, valueName, describes, default: preset } of options) {
      const option = [`--${name}`, valueName, describes].filter((part) => part !== undefined).join(' ');
      expect(flat(text)).toContain(preset === undefined ? option : `${option} [default: ${preset}]`);
    }
  });

  it.each([
    [
      'record',
      'What to record|Where to forward|Who may call|Faults|Output|Besides|Examples',
      ['order', 'fail-on-miss', 'fail-on-unused'],
    ],
    [
      'replay',
      'What to replay|Who may call|Faults|Output|Besides|Examples',
      [
        'upstream',
        'profile',
        'client-key',
        'trust-clients',
        'allow-writes',
        'tunnel',
        'ci-record',
        'replace',
        'record-operation',
        'no-redact',
      ],
    ],
    ['auto', 'What to replay and record|Where to forward|Who may call|Faults|Output|Besides|Examples', []],
    [
      'passthrough',
      'Where to forward|Who may call|Faults|Output|Besides|Examples',
      [
        'cassette',
        'dir',
        'follow-links',
        'order',
        'ci-record',
        'replace',
        'record-operation',
        'fail-on-miss',
        'fail-on-unused',
        'no-redact',
      ],
    ],
  ])(
    'of %s says what it does, and lists in groups what it has, with two examples',
    (mode, groups, lacking) => {
      const text = renderHelp([mode, '--port', '1'], 100);
      expect(text).toMatch(new RegExp(`^restage ${mode} \\[options\\]`));
      expect([...text.matchAll(/^(\w.*):$/gm)].map(([, title]) => title).join('|')).toBe(groups);
      const listed = [...text.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name ?? '');
      const expected = options.map(({ name }) => name).filter((name) => !lacking.includes(name));
      expect(listed.sort()).toEqual([...expected, 'version', 'help'].sort());
      expect(text.match(new RegExp(`^  restage ${mode} .* -- `, 'gm'))).toHaveLength(2);
    },
  );

  it.each(errands.map(({ usage }) => usage))("of '%s' lists its own options alone", (usage) => {
    const errand = errands.find((one) => one.usage === usage);
    const text = renderHelp([errandName(usage)], 100);
    expect(text).toContain(`restage ${usage}\n\n${errand?.describes}\n`);
    const listed = [...text.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name);
    expect(listed).toEqual([...(errand?.options ?? []).map(({ name }) => name), 'version', 'help']);
  });

  it.each([80, 100])('keeps to a terminal of %i columns', (width) => {
    const lines = renderHelp([], width).split('\n');
    expect(lines.filter((line) => line.length > width)).toEqual([]);
  });
});
