import { UsageError } from '../errors.ts';
import { parseData, readIfThere } from './data-file.ts';

const CONFIG_NAMES = ['restage.config.json', 'restage.config.yaml'];

/** The config file of the working folder, if there is one. */
export async function readConfig(): Promise<{ name: string; values: unknown } | undefined> {
  const found = CONFIG_NAMES.map((name) => ({ name, text: readIfThere(name) })).filter(
    ({ text }) => text !== undefined,
  );
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    throw new UsageError(
      `Cannot choose between '${first.name}' and '${second.name}': both are here. Remove one.`,
    );
  }
  return { name: first.name, values: await parseData(first.text ?? '', first.name) };
}
