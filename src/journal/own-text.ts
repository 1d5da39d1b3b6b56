/** Clients choose texts up to the size of a request's head; what is kept of many calls keeps no more of each than this. */
const MAX_LENGTH = 200;
/** Shorter parts of texts are copies anyway. */
const LEAST_PART = 13;

/** The text, or the beginning of a long one, as a copy: a part of a longer text would keep the whole of it in memory. */
export function ownText(text: string, maxLength = MAX_LENGTH): string {
  if (text.length < LEAST_PART) return text;
  if (text.length > maxLength) return `${copy(text.slice(0, maxLength))}…`;
  return copy(text);
}

/** The texts, each as {@link ownText} has it; the very same object where all are short. */
export function ownTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in texts) {
    if ((texts[name]?.length ?? 0) >= LEAST_PART)
      return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, ownText(text)]));
  }
  return texts;
}

function copy(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
