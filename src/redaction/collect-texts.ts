import { redactionBounds } from '../bounds.ts';
import { isJsonObject, type Json } from '../json.ts';
import { isJsonText, textsInJson } from './embedded-json.ts';

/** All texts of a value, names included, and those in JSON that is a text: as many as will be read. */
export function collectTexts(value: Json): Set<string> {
  const texts = new Set<string>();
  collect(value, texts, { left: redactionBounds.jsonTexts });
  return texts;
}

interface Budget {
  left: number;
}

function collect(value: Json, texts: Set<string>, jsonTexts: Budget): void {
  if (typeof value === 'string') collectFromText(value, texts, 0, jsonTexts);
  else if (Array.isArray(value)) for (const item of value) collect(item, texts, jsonTexts);
  else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      collectFromText(name, texts, 0, jsonTexts);
      collect(value[name] as Json, texts, jsonTexts);
    }
  }
}

function collectFromText(text: string, texts: Set<string>, depth: number, jsonTexts: Budget): void {
  if (texts.has(text) || texts.size === redactionBounds.texts) return;
  texts.add(text);
  if (depth === redactionBounds.nestedJson || jsonTexts.left === 0 || !isJsonText(text)) return;
  jsonTexts.left -= 1;
  for (const inner of textsInJson(text)) collectFromText(inner, texts, depth + 1, jsonTexts);
}
