import pc from 'picocolors';

/** What a stream's terminal can show. */
export interface Look {
  /** In characters. */
  readonly width: number;
  readonly color: boolean;
}

/** How wide a stream's terminal is, and whether it is one. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  return { width: stream.columns ?? 80, color: stream.isTTY && pc.isColorSupported };
}
