import { describe, expect, it } from 'vitest';
import { type Answer, type Call, headerEntries } from '../../../src/call.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { Player } from '../../../src/cassette/player.ts';
import { parseFaultSpec } from '../../../src/chaos/rule.ts';
import { RuleSet } from '../../../src/chaos/rule-set.ts';
import { createControl } from '../../../src/control/routes.ts';
import { Journal } from '../../../src/journal.ts';
import { readyAnswer } from '../../../src/ready-answer.ts';
import type { Session } from '../../../src/session.ts';
import { journalEntry } from '../../support/journal-entry.ts';
import { interactionOf, stagesKey, takeOf } from '../../support/recordings.ts';

const control = createControl(
  { version: '1.2.3', upstream: undefined, seed: 7, startedAt: new Date('2024-05-06T07:08:09.123Z') },
  { requestId: () => 'a request id', apiGatewayId: () => 'a gateway id' },
);

function callOf(method: string, target: string, fromLoopback = true): Call {
  return {
    method,
    target,
    isAbandoned: () => false,
    isFromLoopback: () => fromLoopback,
    authority: undefined,
    headers: [],
    body: new Uint8Array(),
    hosts: ['127.0.0.1:8480'],
    fromPage: false,
    accept: undefined,
    authorizations: [],
    invocationId: undefined,
    attempt: undefined,
  } as Call;
}

function createSession(): Session {
  return {
    mode: 'replay',
    usesRecordings: true,
    cassette: new Cassette('cassettes', 'default'),
    player: new Player('strict', (status, rendering) => readyAnswer(status, rendering, 'replayed')),
    recorder: undefined,
    rules: new RuleSet([parseFaultSpec('throttle,first=1,api=x')], 7),
    journal: new Journal(),
  };
}

function read(answer: Answer | undefined) {
  if (answer === undefined) throw new Error('not for control');
  const headers = Object.fromEntries(headerEntries(answer.headers));
  if (typeof answer.body !== 'string') throw new Error('not a binary string');
  const text = Buffer.from(answer.body, 'latin1').toString();
  expect(headers['Content-Length']).toBe(String(Buffer.byteLength(text)));
  return { status: answer.status, headers, content: JSON.parse(text) };
}

describe('control', () => {
  it('tells the status', () => {
    const session = createSession();
    session.journal.add(journalEntry());
    session.rules.strike({ key: 'k', restApiId: 'x', deploymentId: undefined, region: undefined });
    const { status, headers, content } = read(control(callOf('GET', '/__restage/status'), session));
    expect(status).toBe(200);
    expect(headers['Content-Type']).toBe('application/json');
    expect(content).toEqual({
      restage: '1.2.3',
      mode: 'replay',
      cassette: 'default',
      folder: 'cassettes/default',
      upstream: null,
      seed: 7,
      startedAt: '2024-05-06T07:08:09.123Z',
      calls: { recorded: 0, replayed: 1, forwarded: 0, faulted: 0, missed: 0, refused: 0 },
      faults: [{ name: 'throttle,first=1,api=x', kind: 'throttle', matched: 1, fired: 1 }],
    });
  });

  it('tells the calls, in bytes that are counted right, and forgets them', () => {
    const session = createSession();
    session.journal.add(journalEntry({ restApiId: '☃' }));
    expect(read(control(callOf('GET', '/__restage/calls'), session)).content).toMatchObject({
      calls: [{ restApiId: '☃', outcome: 'replayed' }],
    });
    expect(read(control(callOf('DELETE', '/__restage/calls?x=1'), session)).content).toEqual({ calls: [] });
    expect(session.journal.entries).toEqual([]);
  });

  it('starts cursors, counters and the journal from the beginning', () => {
    const session = createSession();
    const interaction = interactionOf(stagesKey(), [takeOf('prod')]);
    const target = { key: 'k', restApiId: 'x', deploymentId: undefined, region: undefined };
    session.journal.add(journalEntry());
    session.player.skip(interaction, 'us-east-1');
    session.rules.strike(target);
    expect(session.player.canPlay(interaction, 'us-east-1')).toBe(false);
    expect(read(control(callOf('POST', '/__restage/reset'), session)).status).toBe(200);
    expect(session.player.canPlay(interaction, 'us-east-1')).toBe(true);
    expect(session.rules.strike(target).answer).toBeDefined();
    expect(session.journal.entries).toEqual([]);
  });

  it.each([
    '/',
    '/restapis/x/stages',
    '/__restageX',
    '/__restag',
    '/x/__restage/status',
    '/__RESTAGE/status',
    '//__restage/status',
    '*',
    '',
  ])('leaves %s to others', (target) => {
    expect(control(callOf('GET', target), createSession())).toBeUndefined();
  });

  it.each([
    '/__restage',
    '/__restage/',
    '/__restage?x',
    '/__restage/nope',
    '/__restage/status/',
    '/__restage/constructor',
    '/__restage/%73tatus',
    '/__restage/../x',
  ])('has nothing at %s, and tells what there is', (target) => {
    const { status, headers, content } = read(control(callOf('GET', target), createSession()));
    expect(status).toBe(404);
    expect(headers).toMatchObject({
      'x-amzn-ErrorType': 'ControlNotFoundException',
      'x-restage-outcome': 'refused',
    });
    expect(content.message).toContain('Known are /__restage/status, /__restage/calls, /__restage/reset.');
  });

  it.each([
    ['POST', '/__restage/status', 'Known are GET.'],
    ['GET', '/__restage/reset', 'Known are POST.'],
    ['constructor', '/__restage/calls', 'Known are GET, DELETE.'],
  ])('refuses to %s %s, and tells what can be done', (method, target, known) => {
    const session = createSession();
    session.journal.add(journalEntry());
    const { status, content } = read(control(callOf(method, target), session));
    expect(status).toBe(405);
    expect(content.message).toContain(known);
    expect(session.journal.entries).toHaveLength(1);
  });

  it.each(['/__restage/status', '/__restage/nope', '/__restage/reset'])(
    'refuses callers of other machines at %s',
    (target) => {
      const session = createSession();
      session.journal.add(journalEntry());
      for (const method of ['GET', 'POST']) {
        const { status, headers } = read(control(callOf(method, target, false), session));
        expect(status).toBe(403);
        expect(headers['x-amzn-ErrorType']).toBe('CallerNotAllowedException');
      }
      expect(session.journal.entries).toHaveLength(1);
    },
  );
});
