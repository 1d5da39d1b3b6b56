import type { FileContent } from './cassette-files.ts';
import { FileStore } from './file-store.ts';
import { type Interaction, parseCassetteFile, writeCassetteFile } from './format.ts';
import { SeenFile } from './seen-file.ts';
import { checkSize } from './text-file.ts';

/** What a store of the recordings of one API is made of. */
export interface ApiStoreParts {
  /** Absent for what belongs to the account. */
  readonly restApiId: string | undefined;
  readonly path: string;
  /** How large the file may be written. */
  readonly fileBytes: number;
  readonly read: () => FileContent | null;
  /** Throws when nothing may be written any more. */
  readonly checkPlace: () => void;
}

/** The store of the recordings of one API, in its file. */
export function createApiStore(parts: ApiStoreParts): FileStore<Interaction[]> {
  const { restApiId, path, fileBytes, read, checkPlace } = parts;
  return new FileStore(new SeenFile(path, read, checkPlace), {
    parse: (text) => parseCassetteFile(text, restApiId),
    stringify: (interactions) => {
      const text = writeCassetteFile(restApiId, interactions);
      checkSize(Buffer.byteLength(text), fileBytes);
      return text;
    },
  });
}
