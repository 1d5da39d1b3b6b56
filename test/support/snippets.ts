import { readFileSync } from 'node:fs';

/** A fenced piece of a page. */
export interface Snippet {
  readonly lang: string;
  /** The file that it is, as its fence says: `title=conftest.py`. */
  readonly title?: string;
  readonly text: string;
}

const FENCED = /^```(\w+)(?: title=(\S+))?\n(.*?)^```$/gms;

/** The fenced pieces of a page of markdown, in their order. */
export function snippets(file: string): Snippet[] {
  return [...readFileSync(file, 'utf8').matchAll(FENCED)].map(([, lang = '', title, text = '']) => ({
    lang,
    ...(title !== undefined && { title }),
    text,
  }));
}
