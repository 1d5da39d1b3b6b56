import { REDACTED } from './redacted.ts';

/** A field of CSV: bare, or in quotes in which a quote stands twice. [RFC 4180] */
const FIELD = /("(?:[^"]|"")*"|[^,"\r\n]*)(,|\r?\n|$)/gy;

/** A text that is CSV without the values of these columns, which its first line names in whatever case. */
export function hideColumns(text: string, columns: readonly string[]): string {
  if (columns.length === 0) return text;
  const hidden = new Set<number>();
  const parts: string[] = [];
  let [row, column, end] = [0, 0, 0];
  for (const { 0: whole, 1: field = '', 2: separator = '', index } of text.matchAll(FIELD)) {
    end = index + whole.length;
    if (row === 0 && columns.includes(unquoted(field).toLowerCase())) hidden.add(column);
    const isHidden = row > 0 && hidden.has(column) && field !== '';
    parts.push(isHidden ? REDACTED : field, separator);
    if (separator === ',') column += 1;
    else {
      row += 1;
      column = 0;
    }
    if (separator === '') break;
  }
  // What is behind a flaw in it cannot be told to be harmless.
  return end < text.length ? REDACTED : parts.join('');
}

function unquoted(field: string): string {
  return field.replace(/^"|"$/g, '').trim();
}
