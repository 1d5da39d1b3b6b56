import pc from 'picocolors';

/** What a stream's terminal can show. */
export interface Look {
  /** In characters. */
  readonly width: number;
  readonly color: boolean;
}

/** A stream that text is written to. */
export type TextStream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/** Paints text, or leaves it. */
export type Colors = ReturnType<typeof pc.createColors>;

/** How wide a stream's terminal is, and whether it shows colours. */
export function lookOf(stream: Pick<TextStream, 'isTTY' | 'columns'>, env = process.env): Look {
  return { width: stream.columns || 80, color: hasColor(stream, env) };
}

/** Colours, or none: what picocolors finds out by itself goes by `CI`, and by the arguments of a command behind `--`. */
export function colorsFor(color: boolean): Colors {
  return pc.createColors(color);
}

/** [no-color.org, force-color.org] A CI's pipe or file is one like any other. */
function hasColor({ isTTY }: Pick<TextStream, 'isTTY'>, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return !/^(?:0|false)$/i.test(FORCE_COLOR);
  return isTTY === true && TERM !== 'dumb';
}
