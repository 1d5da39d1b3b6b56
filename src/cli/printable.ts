/** What moves a terminal's cursor, or turns the direction of writing. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;
/** The same, but for the colours that restage itself sets. */
const UNPRINTABLE_BUT_COLORS = /[\x00-\x1a\x1c-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]|\x1b(?!\[\d{1,2}m)/g;

/** What somebody else chose, with nothing in it that could act on a terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}

/** A line of restage's own, which may be coloured, with whatever somebody else chose in it. */
export function printableLine(line: string): string {
  return line.replace(UNPRINTABLE_BUT_COLORS, '?');
}

/** Lines of that kind. */
export function printableLines(text: string): string {
  return text.split('\n').map(printableLine).join('\n');
}

/** JSON with such characters escaped, those too that JSON lets stand. */
export function escapeUnprintable(json: string): string {
  return json.replace(UNPRINTABLE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
