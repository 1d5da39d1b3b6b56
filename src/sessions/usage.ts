import type { Cassette } from '../cassette/cassette.ts';
import { withoutSecrets, withoutSecretsIn } from '../secrets.ts';
import type { Session } from './session.ts';
import type { Sessions } from './sessions.ts';
import type { UnusedRecording } from './unused-recording.ts';

/** Tells which recordings were never played. */
export class Usage {
  /** Keys of the server's own cassette that sessions have played which have ended: bounded by what is recorded there. */
  readonly #played = new Set<string>();

  /** Keeps of a session that ends what it has played. */
  note({ cassette, player }: Session, own: Cassette): void {
    if (cassette === own) for (const text of player.played) this.#played.add(text);
  }

  /** The recordings that the session has never played; for the main one, that no session has of the server's cassette. */
  async unused(session: Session, sessions: Sessions): Promise<UnusedRecording[]> {
    const { cassette, usesRecordings } = session;
    if (!usesRecordings) return [];
    const interactions = await cassette.list();
    const others =
      session === sessions.main
        ? sessions.list.map((listed) => listed.session).filter((other) => other.cassette === cassette)
        : [];
    const isPlayed = (text: string): boolean =>
      [session, ...others].some(({ player }) => player.hasPlayed(text)) ||
      (session === sessions.main && this.#played.has(text));
    return interactions
      .filter(({ key }) => !isPlayed(key.text))
      .map(({ key, takes }) => ({
        operation: key.operation,
        restApiId: key.restApiId && withoutSecrets(key.restApiId),
        parameters: withoutSecretsIn(key.parameters),
        takes: takes.reduce((sum, { times }) => sum + times, 0),
      }));
  }
}
