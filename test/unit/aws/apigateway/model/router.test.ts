import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { OperationRow } from '../../../../../src/aws/apigateway/model/operation-row.ts';
import {
  findRowByName,
  operationNames,
  route,
  routerOf,
} from '../../../../../src/aws/apigateway/model/router.ts';
import { operationRows } from '../../../../../src/aws/apigateway/model/rows.ts';
import { splitTarget } from '../../../../../src/aws/apigateway/target.ts';

const rows = operationRows();
const words = [...new Set(rows.flatMap(({ path }) => path.split('/')))].filter((word) => /^\w+$/.test(word));
const nameOf = (method: string, target: string) => route(method, splitTarget(target))?.row.name;

describe('route', () => {
  test.each([
    ['GET', '/restapis', 'GetRestApis'],
    ['POST', '/restapis', 'CreateRestApi'],
    ['POST', '/restapis?mode=import', 'ImportRestApi'],
    ['POST', '/restapis?failonwarnings=true&%6dode=%69mport', 'ImportRestApi'],
    ['POST', '/restapis?mode=overwrite', 'CreateRestApi'],
    ['POST', '/restapis?Mode=import', 'CreateRestApi'],
    ['POST', '/apikeys?mode=import&format=csv', 'ImportApiKeys'],
    ['POST', '/apikeys', 'CreateApiKey'],
    ['GET', '/restapis?mode=import', 'GetRestApis'],
    ['PUT', '/restapis/a1?mode=import', 'PutRestApi'],
    ['GET', '/restapis/a1/stages', 'GetStages'],
    ['GET', '/restapis/stages/stages', 'GetStages'],
    ['GET', '/v2/apis/a1/stages', 'v2.GetStages'],
    ['GET', '/v2/apis/a1/stages/%24default', 'v2.GetStage'],
    ['GET', '/v2/apis/a1/stages/$default', 'v2.GetStage'],
    ['GET', '/restapis/a1/resources/b2', 'GetResource'],
    ['POST', '/restapis/a1/resources/b2', 'CreateResource'],
    ['POST', '/restapis/a1/resources/b2/methods/GET', 'TestInvokeMethod'],
    ['DELETE', '/restapis/a1/stages/b2/cache/data', 'FlushStageCache'],
    ['GET', '/restapis/a1/stages/b2%2Fc3', 'GetStage'],
    ['GET', '/domainnames/example.com/basepathmappings/(none)', 'GetBasePathMapping'],
    ['GET', '/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Frestapis%2Fa1%2Fstages%2Fb2', 'GetTags'],
    ['GET', '/tags/arn:aws:apigateway:eu-west-1::%2Frestapis%2Fa1', 'GetTags'],
    ['DELETE', '/v2/tags/arn%3Aaws?tagKeys=a&tagKeys=b', 'v2.UntagResource'],
  ])('takes %s %s for %s', (method, target, name) => {
    expect(nameOf(method, target)).toBe(name);
  });

  test.each([
    ['GET', ''],
    ['GET', '*'],
    ['GET', '/'],
    ['GET', 'restapis'],
    ['GET', 'https://apigateway.eu-west-1.amazonaws.com/restapis'],
    ['GET', '//restapis'],
    ['GET', '/restapis/'],
    ['GET', '/restapis//stages'],
    ['GET', '/restapis/a1/'],
    ['GET', '/restapis/a1/stages/'],
    ['GET', '/restapis/a1%2Fstages/x'],
    ['GET', '/rest%61pis'],
    ['GET', '/RestApis'],
    ['GET', '/restapis/{restapi_id}/nothing'],
    ['GET', '/v2'],
    ['GET', '/v2/restapis'],
    // What no client sends: they encode the ARN, so the service has one segment.
    ['GET', '/tags/arn:aws:apigateway:eu-west-1::/restapis/a1'],
    ['HEAD', '/restapis'],
    ['get', '/restapis'],
    ['__proto__', '/restapis'],
    ['GET', '/__proto__'],
    ['GET', '/constructor/a1'],
  ])('takes %s %s for no operation', (method, target) => {
    expect(nameOf(method, target)).toBeUndefined();
  });

  it('gives the parameters of the path and the query as they stand on the wire, without the fixed pair', () => {
    const routed = route('GET', splitTarget('/restapis/a%2F1/stages/__proto__/exports/oas30?x=%20&x=+&y'));
    expect(routed?.path).toEqual([
      ['restapi_id', 'a%2F1'],
      ['stage_name', '__proto__'],
      ['export_type', 'oas30'],
    ]);
    expect(routed?.query).toEqual([
      ['x', '%20'],
      ['x', '+'],
      ['y', ''],
    ]);
    const target = splitTarget('/restapis?basepath=split&mode=import&mode=import&mode=other');
    expect(route('POST', target)?.query).toEqual([
      ['basepath', 'split'],
      ['mode', 'import'],
      ['mode', 'other'],
    ]);
    expect(target.query).toHaveLength(4);
  });

  const segment = fc.oneof(
    fc.constantFrom(...words),
    fc.constantFrom(
      '%2F',
      'a%2Fb',
      '%2f%2E%2e',
      '..',
      '.',
      '{restapi_id}',
      '%',
      'arn:aws:x::%2Frestapis%2Fa1',
      '*',
    ),
    fc.stringMatching(/^[\w.~%$:()+@-]{1,12}$/),
  );
  const filled = fc.constantFrom(...rows).chain((row) =>
    fc.array(segment, { minLength: 8, maxLength: 8 }).map((values) => {
      let at = 0;
      const path = row.path.replace(/\{[^}]+\}/g, () => values[at++] ?? '');
      return { row, values: values.slice(0, at), path, query: row.fixedQuery ? `?${row.fixedQuery}` : '' };
    }),
  );

  it('finds every operation by its path, whatever its parameters are', () => {
    for (const row of rows) {
      const target = `${row.path.replace(/\{[^}]+\}/g, 'a%2F1')}${row.fixedQuery ? `?${row.fixedQuery}` : ''}`;
      expect(nameOf(row.method, target)).toBe(row.name);
    }
    fc.assert(
      fc.property(filled, ({ row, values, path, query }) => {
        const routed = route(row.method, splitTarget(path + query));
        expect(routed?.row.name).toBe(row.name);
        expect(routed?.path.map(([, value]) => value)).toEqual(values);
        expect(routed?.path.map(([name]) => `{${name}}`)).toEqual(row.path.match(/\{[^}]+\}/g) ?? []);
        expect(routed?.query).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('never takes a path with a segment more or less for the operation', () => {
    fc.assert(
      fc.property(filled, segment, fc.nat(), ({ row, path, query }, more, place) => {
        const segments = path.split('/');
        const at = 1 + (place % segments.length);
        for (const others of [
          segments.toSpliced(at, 0, more),
          segments.toSpliced(at, 0, ''),
          segments.toSpliced(at - 1, 1),
        ])
          expect(nameOf(row.method, others.join('/') + query)).not.toBe(row.name);
      }),
      { numRuns: 500 },
    );
  });
});

describe('routerOf', () => {
  const at = (path: string): OperationRow => ({
    name: path,
    method: 'GET',
    path,
    access: 'read',
    shape: 'item',
  });
  const find = routerOf([
    at('/{a}/x/{b}'),
    at('/y/{c}/z'),
    at('/y/x'),
    at('/{a}/{b}'),
    at('/y'),
    at('/w/x'),
    at('/{a}'),
  ]);

  test.each([
    ['/y/x', '/y/x'],
    ['/y/q', '/{a}/{b}'],
    ['/q/x', '/{a}/{b}'],
    ['/y/x/z', '/y/{c}/z'],
    ['/y/x/q', '/{a}/x/{b}'],
    ['/y/q/z', '/y/{c}/z'],
    ['/y', '/y'],
    ['/w', '/{a}'],
    ['/q', '/{a}'],
    ['/', undefined],
    ['/y/q/q', undefined],
    ['/y/', undefined],
    ['//x', undefined],
  ])('takes %s for %s: a word goes before a parameter, unless it leads nowhere', (path, name) => {
    expect(find('GET', { path, query: [] })?.row.name).toBe(name);
  });

  it('finds nothing where the pair is missing that the only operation there needs', () => {
    const only = routerOf([{ ...at('/y'), fixedQuery: 'mode=import' }]);
    expect(only('GET', { path: '/y', query: [] })).toBeUndefined();
    expect(only('GET', { path: '/y', query: [['mode', 'import']] })?.query).toEqual([]);
  });
});

describe('names', () => {
  it('are those of the table, in its order', () => {
    expect(operationNames()).toEqual(rows.map(({ name }) => name));
  });

  it('lead to the row', () => {
    for (const name of operationNames()) expect(findRowByName(name)?.name).toBe(name);
    for (const name of ['GetApis', 'getstages', '', '__proto__']) expect(findRowByName(name)).toBeUndefined();
  });
});
