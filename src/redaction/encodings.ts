import { redactionBounds } from '../bounds.ts';

/** A text as it is, or as it is once decoded, and where its code units stand in the text that it was made of. */
export interface Layer {
  readonly text: string;
  readonly startOf: (index: number) => number;
  readonly endOf: (index: number) => number;
}

/** Only ASCII is decoded: no rule looks for anything else. */
const ENCODED = /%[2-7][0-9a-f]/i;
const EACH_ENCODED = /%[2-7][0-9a-f]/gi;
const BASE64 = /^[\w+/-]{24,}={0,2}$/;
const ASCII = /^[\t\r\n\x20-\x7e]+$/;

/** The text itself, what it is without its percent-encoding, layer by layer, and what it says in Base64. */
export function layersOf(text: string): Layer[] {
  let layer: Layer = { text, startOf: itself, endOf: itself };
  const layers = [layer];
  for (let depth = 0; depth < redactionBounds.encodings && ENCODED.test(layer.text); depth += 1) {
    layer = decodePercent(layer);
    layers.push(layer);
  }
  const inside = decodeBase64(text);
  if (inside !== undefined) layers.push({ text: inside, startOf: () => 0, endOf: () => text.length });
  return layers;
}

function itself(index: number): number {
  return index;
}

function decodePercent(outer: Layer): Layer {
  let places: Uint32Array | undefined;
  const placeOf = (index: number) => {
    places ??= placesOf(outer.text);
    return places[index] ?? outer.text.length;
  };
  return {
    text: outer.text.replace(EACH_ENCODED, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16))),
    startOf: (index) => outer.startOf(placeOf(index)),
    endOf: (index) => outer.endOf(placeOf(index)),
  };
}

/** Where each code unit of the decoded text begins in the encoded one. */
function placesOf(encoded: string): Uint32Array {
  const places = new Uint32Array(encoded.length);
  let length = 0;
  let at = 0;
  const keepTo = (end: number) => {
    for (; at < end; at += 1) places[length++] = at;
  };
  for (const { 0: code, index } of encoded.matchAll(EACH_ENCODED)) {
    keepTo(index);
    places[length++] = index;
    at = index + code.length;
  }
  keepTo(encoded.length);
  return places.subarray(0, length);
}

/** What a text says in Base64, if it is nothing else and says something in ASCII: JSON, a key, a command. */
function decodeBase64(text: string): string | undefined {
  if (text.length > redactionBounds.textLength || !BASE64.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return ASCII.test(decoded) ? decoded : undefined;
}
