import { readFileSync } from 'node:fs';

/** Put in by the build; absent where the source runs as it stands. */
declare const RESTAGE_VERSION: string | undefined;

/** restage's own version. */
export function readVersion(): string {
  if (typeof RESTAGE_VERSION === 'string') return RESTAGE_VERSION;
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(version);
}
