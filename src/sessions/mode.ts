import type { RecorderKind } from '../cassette/recorder-kind.ts';

/** What restage does with a call. */
export const modes = ['record', 'replay', 'auto', 'passthrough'] as const;
export type Mode = (typeof modes)[number];

/** What a mode needs at hand. What it does with a call is decided in the proxy. */
export interface ModeNeeds {
  readonly upstream: boolean;
  /** Whether what is recorded is read at all. */
  readonly recordings: boolean;
  /**
   * `anew`: a recorder that locks the cassette at once, and whose first answers replace those of earlier runs.
   * `additions`: one that locks with its first store, and only adds.
   */
  readonly recorder: RecorderKind | undefined;
  /** Which of two modes can do more: a session can do no more than its server. */
  readonly reach: number;
}

export const modeNeeds: Readonly<Record<Mode, ModeNeeds>> = {
  record: { upstream: true, recordings: true, recorder: 'anew', reach: 3 },
  replay: { upstream: false, recordings: true, recorder: undefined, reach: 0 },
  auto: { upstream: true, recordings: true, recorder: 'additions', reach: 2 },
  passthrough: { upstream: true, recordings: false, recorder: undefined, reach: 1 },
};

/** Why a session of a server in one mode cannot be in the other; nothing when it can. */
export function reachFlaw(server: Mode, mode: Mode): string | undefined {
  const allowed = modesWithin(server);
  if (allowed.includes(mode)) return undefined;
  return `a session of a ${server} server cannot be in mode '${mode}'; it can be in ${allowed.join(', ')}`;
}

/** The modes that a session of a server in that mode may have. */
function modesWithin(server: Mode): Mode[] {
  return modes.filter((mode) => modeNeeds[mode].reach <= modeNeeds[server].reach);
}
