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

  it.each(modes)('of %s says what it does, and lists every option', (mode) => {
    const text = renderHelp([mode, '--port', '1'], 100);
    expect(text).toMatch(new RegExp(`^restage ${mode} \\[options\\]`));
    for (const { name } of options) expect(text).toContain(`--${name} `);
  });

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
