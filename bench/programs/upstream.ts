import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AnswersFile } from '../load-plan.ts';
import { listen } from './listen.ts';

/** Stands in for the service: answers GetStages of any API with one prepared body. `argv[2]`: the file that has it. */
const { answers } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as AnswersFile;
const body = answers[0]?.[1] ?? '';
const GET_STAGES = /^\/restapis\/[^/?]+\/stages(?:\?|$)/;

listen((request, response) => {
  response.writeHead(GET_STAGES.test(request.url ?? '') ? 200 : 404, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    'x-amzn-RequestId': randomUUID(),
    'x-amz-apigw-id': 'JGIADFgvvIxdruA=',
  });
  response.end(body, 'latin1');
});
