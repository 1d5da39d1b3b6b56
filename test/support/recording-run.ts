import { Cassette } from '../../src/cassette/cassette.ts';
import { CassetteLock } from '../../src/cassette/cassette-lock.ts';
import { Recorder } from '../../src/cassette/recorder.ts';

/** One run of a recorder on a folder, anew, with nothing redacted; what cannot be saved is thrown. `run` tells its time. */
export function startRecordingRun(dir: string, run: number) {
  const cassette = new Cassette(dir, 'default');
  const lock = new CassetteLock(cassette);
  const recorder = new Recorder({
    cassette,
    lock,
    redact: async (content) => content,
    replacesEarlierRuns: true,
    replacesByErrors: true,
    now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, run)),
    onFailure: (failure) => {
      throw failure;
    },
  });
  return { recorder, lock };
}
