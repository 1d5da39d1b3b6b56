import { describe, expect, test } from 'vitest';
import type { OperationRow } from '../../../src/aws/apigateway/model/operation-row.ts';
import { operationRows } from '../../../src/aws/apigateway/model/rows.ts';
import { findOperation } from '../../../src/aws/apigateway/operations.ts';
import { readRequestBody } from '../../../src/aws/apigateway/request-body.ts';
import type { Json, JsonObject } from '../../../src/json.ts';
import { createRedactor } from '../../../src/redaction/redactor.ts';

const SECRET = 'pl4nted';
const redact = createRedactor([], []);

/** A place that the model names, with a secret in it and in no other. */
interface Planted {
  readonly place: string;
  /** A document of an answer, or the text of a body. */
  readonly answer?: JsonObject;
  readonly body?: string;
}

function plantedIn(row: OperationRow): Planted[] {
  const sent = (place: string, document: Json) => ({ place, body: JSON.stringify(document) });
  const patch = (path: string, value: string) => ({ patchOperations: [{ op: 'replace', path, value }] });
  const header = row.path.startsWith('/v2/')
    ? { 'append:header.X-Origin': SECRET }
    : { 'integration.request.header.X-Origin': `'${SECRET}'` };
  const [[name = '', fixed = ''] = []] = Object.entries(header);
  return [
    ...(row.secrets ?? []).map((place) => ({ place, answer: documentWith(place, SECRET) })),
    ...(row.statics ?? []).map((place) => ({ place, answer: documentWith(place, header) })),
    ...(row.sentSecrets ?? []).map((place) => sent(place, documentWith(place, SECRET))),
    ...(row.sentStatics ?? []).map((place) => sent(place, documentWith(place, header))),
    ...(row.patchedSecrets ?? []).map((place) => sent(place, patch(place, SECRET))),
    ...(row.patchedStatics ?? []).map((place) => sent(place, patch(`${place}${name}`, fixed))),
    ...(row.secretColumns ?? []).map((place) => ({ place, body: `Name,${place}\nclient-a,${SECRET}\n` })),
  ];
}

/** A document that has the value at the path. */
function documentWith(path: string, value: Json): JsonObject {
  const wrap = (inner: Json, segment: string): JsonObject =>
    segment.endsWith('[]') ? { [segment.slice(0, -2)]: [inner] } : { [segment]: inner };
  return path.split('.').reduceRight<Json>(wrap, value) as JsonObject;
}

describe('what the model names as a secret of an operation', () => {
  const rows = operationRows().filter((row) => plantedIn(row).length > 0);

  test.each(rows)('is not stored of $name', async (row) => {
    const operation = findOperation(row.name);
    for (const { place, answer, body = '' } of plantedIn(row)) {
      const stored =
        answer === undefined
          ? await redact(readRequestBody(Buffer.from(body)) as JsonObject, operation?.sent)
          : await redact({ document: answer }, operation?.answered);
      expect(JSON.stringify(stored), place).toContain('REDACTED');
      expect(JSON.stringify(stored), place).not.toContain(SECRET);
    }
  });
});
