import { unwatchFile, watchFile } from 'node:fs';
import { reasonOf } from '../errors.ts';

/** How often the file is looked at: polling, since editors replace files, and what watches them does not survive that. */
const INTERVAL_MS = 500;

/** Told of a change of the file. */
export interface FaultsFileListeners {
  /** Reads the file and puts it to use; what it throws is reported, and all stays as it was. */
  readonly load: () => void;
  readonly say: (line: string) => void;
}

/** Looks after a faults file: loads it again when it changes. @returns what ends that. */
export function watchFaultsFile(path: string, { load, say }: FaultsFileListeners): () => void {
  const look = (): void => {
    try {
      load();
      say(`Loaded '${path}' again: its faults hold from now on.`);
    } catch (error) {
      say(`${reasonOf(error)}. The faults from before stay.`);
    }
  };
  watchFile(path, { interval: INTERVAL_MS, persistent: false }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) look();
  });
  return () => unwatchFile(path);
}
