import { quote } from '../aws/apigateway/key.ts';

/** What the writes that a run has recorded made of those of earlier runs. */
export interface ReplacedTimelines {
  /** The name of the cassette, and the folder that it is in. */
  readonly cassette: string;
  readonly dir: string;
  /** The files in which they took the place of earlier ones. */
  readonly replaced: readonly string[];
  /** Those that hold writes of earlier runs alone: a replay could mix two runs. */
  readonly leftovers: readonly string[];
}

/** How many files a line names. */
const MAX_NAMED = 5;

/** The same in words. */
export function describeTimelines({ cassette, replaced, leftovers }: ReplacedTimelines): string {
  const sentences = [
    ...(replaced.length === 0
      ? []
      : [`This run's writes replaced those of earlier runs in ${nameSome(replaced)}.`]),
    ...(leftovers.length === 0
      ? []
      : [
          `Writes of earlier runs alone are left in ${nameSome(leftovers)}: remove what this run no longer asks for.`,
        ]),
  ];
  return `Cassette ${quote(cassette)}: ${sentences.join(' ')}`;
}

function nameSome(files: readonly string[]): string {
  const more = files.length - MAX_NAMED;
  return `${files.slice(0, MAX_NAMED).map(quote).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
