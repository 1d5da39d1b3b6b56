/** A request target taken apart by hand: `URL` would resolve dots and `URLSearchParams` would rewrite `+` and `%2f`. */
export interface Target {
  /** The path as it stands on the wire. */
  readonly path: string;
  /** The parameters as they stand on the wire, in order. */
  readonly query: ReadonlyArray<readonly [name: string, value: string]>;
}

/** Splits a target into its path and its parameters, decoding nothing. */
export function splitTarget(target: string): Target {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, query: [] };
  const query = target
    .slice(mark + 1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? ([pair, ''] as const) : ([pair.slice(0, equals), pair.slice(equals + 1)] as const);
    });
  return { path: target.slice(0, mark), query };
}

/** Percent-decodes; nothing when the text is not percent-encoded UTF-8. `+` stays `+`, as SigV4 has it. */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // The one thing decodeURIComponent throws is URIError for malformed input: the answer here.
    return undefined;
  }
}
