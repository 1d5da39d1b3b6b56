import { unwatchFile, watchFile } from 'node:fs';
import { reasonOf } from '../errors.ts';

/** How often the file is looked at: polling, since editors replace files, and what watches them does not survive that. */
const INTERVAL_MS = 500;

/** Told of a change of the file. */
export interface FaultsFileListeners {
  /** Reads the file and puts it to use; what it throws is reported, and all stays as it was. */
  readonly load: () => Promise<void>;
  readonly say: (message: string, level: 'info' | 'warning') => void;
}

/** Looks after a faults file: loads it again when it changes. @returns what ends that. */
export function watchFaultsFile(path: string, { load, say }: FaultsFileListeners): () => void {
  // One after the other: the newest content is to hold in the end.
  let looking = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      await load();
      say(`Loaded '${path}' again: its faults hold from now on.`, 'info');
    } catch (error) {
      say(`${reasonOf(error)}. The faults from before stay.`, 'warning');
    }
  };
  watchFile(path, { interval: INTERVAL_MS, persistent: false }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino)
      looking = looking.then(look);
  });
  return () => unwatchFile(path);
}
