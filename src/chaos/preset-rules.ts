import { quote } from '../aws/apigateway/key.ts';
import { UsageError } from '../errors.ts';
import { suggestNames } from '../known-names.ts';
import { type ParseOptions, parseFault } from './parse-rule.ts';
import { presets } from './preset.ts';
import type { Rule } from './rule.ts';

/**
 * The rules of a preset.
 * @throws {@link UsageError} that names the known presets.
 */
export function presetRules(name: string, options: ParseOptions = {}, table = presets): readonly Rule[] {
  const preset = Object.hasOwn(table, name) ? table[name] : undefined;
  if (preset === undefined) {
    const place = options.place === undefined ? '' : ` (${options.place})`;
    throw new UsageError(
      `Cannot use preset ${quote(name)}${place}: there is no such preset. ${suggestNames(name, Object.keys(table))}.`,
    );
  }
  return preset.faults.map((fault) => parseFault(fault, options));
}
