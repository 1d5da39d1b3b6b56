import type { Finding } from './finding.ts';

/** PEM, OpenSSH, PGP and SSH2, whatever became of the line breaks; PuTTY's own form. */
const BEGIN =
  /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}(?:PRIVATE|SECRET) KEY[A-Z0-9 ]{0,20}-{4,5}|PuTTY-User-Key-File-\d/g;
const END = /-{4,5} ?END [A-Z0-9 ]{0,80}-{4,5}/g;
/** `-----BEGIN` in Base64. */
const ENCODED = /(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/_=-]{20,}/g;

/** Finds private keys, each from its first line to its last; without a last line, to the end of the text. */
export function* findPrivateKeys(text: string): Iterable<Finding> {
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(text); begin !== null; begin = BEGIN.exec(text)) {
    END.lastIndex = BEGIN.lastIndex;
    const end = begin[0].startsWith('P') ? null : END.exec(text);
    BEGIN.lastIndex = end === null ? text.length : END.lastIndex;
    yield finding(begin.index, BEGIN.lastIndex);
  }
  for (const { 0: encoded, index } of text.matchAll(ENCODED)) {
    const head = Buffer.from(encoded.slice(0, 96), 'base64').toString('latin1');
    if (/(?:PRIVATE|SECRET) KEY/.test(head)) yield finding(index, index + encoded.length);
  }
}

function finding(start: number, end: number): Finding {
  return { rule: 'private-keys', kind: 'private-key', start, end };
}
