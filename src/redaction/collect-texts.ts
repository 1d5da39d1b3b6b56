import { redactionBounds } from '../bounds.ts';
import { isJsonObject, type Json } from '../json.ts';
import { textsInJson } from './embedded-json.ts';

/** All texts of a value, names included, and those in JSON that is a text. */
export function collectTexts(value: Json): Set<string> {
  const texts = new Set<string>();
  collect(value, texts);
  return texts;
}

function collect(value: Json, texts: Set<string>): void {
  if (typeof value === 'string') collectFromText(value, texts, 0);
  else if (Array.isArray(value)) for (const item of value) collect(item, texts);
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      texts.add(name);
      collect(value[name] as Json, texts);
    }
  }
}

function collectFromText(text: string, texts: Set<string>, depth: number): void {
  if (texts.has(text)) return;
  texts.add(text);
  if (depth === redactionBounds.nestedJson) return;
  for (const inner of textsInJson(text)) collectFromText(inner, texts, depth + 1);
}
