/** Clients choose texts up to the size of a request's head; what is kept of many calls keeps no more of each than this. */
const MAX_LENGTH = 200;

/** The beginning of a long text, as a copy: a slice would keep the whole in memory. */
export function shortText(text: string, maxLength = MAX_LENGTH): string {
  return text.length > maxLength ? `${Buffer.from(text.slice(0, maxLength)).toString()}…` : text;
}

/** The texts, each cut as {@link shortText} does. */
export function shortTexts(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in texts) {
    if ((texts[name]?.length ?? 0) > MAX_LENGTH)
      return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, shortText(text)]));
  }
  return texts;
}
