import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { getStages } from '../../src/aws/apigateway/get-stages/get-stages.ts';
import { readCollection, writeCollection } from '../../src/aws/apigateway/get-stages/representation.ts';
import type { Recording, ServiceAnswer } from '../../src/aws/apigateway/operation.ts';
import { documentBounds } from '../../src/bounds.ts';
import { Cassette } from '../../src/cassette/cassette.ts';
import { parseCassetteFile, type Take, writeCassetteFile } from '../../src/cassette/format.ts';
import { describeMiss } from '../../src/cassette/miss.ts';
import { orders } from '../../src/cassette/order.ts';
import { Player } from '../../src/cassette/player.ts';
import { TooLargeError } from '../../src/cassette/text-file.ts';
import { countValues, type JsonObject, parseJson } from '../../src/json.ts';
import { growthOf, LINEAR } from '../support/growth.ts';
import { interactionOf, stagesKey, takeOf } from '../support/recordings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ID = 'a1b2c3d4e5';
const { stages: MOST_STAGES, takeValues: MOST_VALUES, fileValues: MOST_OF_FILE } = documentBounds;

function list(count: number, itemOf: (index: number) => string): string {
  return `[${Array.from({ length: count }, (_, index) => itemOf(index)).join(',')}]`;
}

function plain(stages: string): string {
  return `{"item":${stages}}`;
}

function hal(stages: string, links = '{}'): string {
  return `{"_links":${links},"_embedded":{"item":${stages}}}`;
}

/** A list of one stage that is so many values, itself not counted. */
function stageOf(values: number): string {
  return `[{"a":${list(values - 2, () => '0')}}]`;
}

function answerOf(body: string): ServiceAnswer {
  return {
    status: 200,
    contentType: '',
    contentDisposition: undefined,
    errorType: undefined,
    body,
    asked: 'json',
  };
}

function read(text: string): Recording | undefined {
  return getStages.read(answerOf(text), stagesKey(ID));
}

function takeFrom({ content, representation }: Recording, fields: Partial<Take> = {}): Take {
  return takeOf('', { content, representation, ...fields });
}

function fileOf(takes: string): string {
  return `{"restage":1,"restApiId":"${ID}","interactions":[{"operation":"GetStages","takes":[${takes}]}]}`;
}

function takeText(stages: string): string {
  return `{"status":200,"representation":"json","region":"us-east-1","recordedAt":"2024-01-01T00:00:00Z","stages":${stages}}`;
}

describe('an answer', () => {
  const named = (index: number) => `{"stageName":"${index}"}`;
  it.each<[string, (more: number) => string]>([
    ['stages, plain', (more) => plain(list(MOST_STAGES + more, () => '{}'))],
    ['stages, HAL', (more) => hal(list(MOST_STAGES + more, named))],
    ['values', (more) => plain(stageOf(MOST_VALUES - 2 + more))],
  ])('of as many %s as there may be is kept and read again; one more is not kept', (_, textOf) => {
    const recording = read(textOf(0));
    expect(recording).toBeDefined();
    const written = writeCassetteFile(ID, [interactionOf(stagesKey(ID), [takeFrom(recording as Recording)])]);
    expect(parseCassetteFile(written, ID)[0]?.takes[0]?.content).toEqual(recording?.content);
    expect(read(textOf(1))).toBeUndefined();
  });

  it('that would be more in a cassette than it may be is not kept', () => {
    // Each null is marked, lest it be taken for a link that was not sent.
    const links = `{${Array.from({ length: MOST_VALUES / 2 }, (_, i) => `"${i}":null`).join(',')}}`;
    expect(countValues(parseJson(hal('[{}]', links)))).toBeLessThan(MOST_VALUES);
    expect(read(hal('[{}]', links))).toBeUndefined();
  });

  it.each<[string, (size: number) => string]>([
    ['stages', (size) => hal(list(size, named))],
    ['stages of one name', (size) => hal(list(size, () => named(0)))],
    ['stages without a name', (size) => hal(list(size, () => '{}'))],
    [
      'stages with links',
      (size) => hal(list(size, (i) => `{"stageName":"${i}","_links":{"self":{"href":"/"}}}`)),
    ],
    ['links', (size) => hal('[]', `{${Array.from({ length: size }, (_, i) => `"r${i}":{}`).join(',')}}`)],
    ['linked items', (size) => hal('[]', `{"item":${list(size, () => '{}')}}`)],
  ])('costs time in proportion to its %s', (_, textOf) => {
    const times = growthOf(
      2000,
      (size) => parseJson(textOf(size)),
      (document) => {
        const collection = readCollection(document, 'hal', ID);
        if (collection !== undefined) writeCollection(collection, 'hal', 'hal', ID);
      },
    );
    expect(times).toBeLessThan(LINEAR);
  });

  it.each([
    ['a stage', ID, 'é'.repeat(1_000_000)],
    ['an API', 'é'.repeat(1_000_000), 'prod'],
  ])('is not written many times its size for the long name of %s, which every link holds', (_, id, name) => {
    const document = parseJson(plain(JSON.stringify([{ stageName: name }]))) as JsonObject;
    const { body } = getStages.render(
      { status: 200, representation: 'json', content: { stages: document.item as JsonObject[] } },
      stagesKey(id),
      'hal',
    );
    expect(body.length).toBeLessThan(name.length + 10_000);
  });

  it('is read and written as it was sent, its names however long', () => {
    const name = 'x'.repeat(documentBounds.linkedName + 1);
    const text = hal(
      `{"stageName":"${name}","_links":{"self":{"href":"/${name}"}}}`,
      '{"self":{"href":"/x"}}',
    );
    const recording = read(text) as Recording;
    const { body } = getStages.render(recording, stagesKey(ID), 'hal');
    expect(JSON.parse(body)).toEqual(JSON.parse(text));
  });
});

describe('a cassette', () => {
  it.each([
    [
      'stages of a take',
      takeText(list(MOST_STAGES + 1, () => '{}')),
      `a take has more than ${MOST_STAGES} stages`,
    ],
    ['values of a take', takeText(stageOf(MOST_VALUES)), `a take holds more than ${MOST_VALUES} values`],
    [
      'values',
      Array.from({ length: 4 }, () => takeText(stageOf(MOST_VALUES - 100))).join(','),
      'it holds more than 600,000 values',
    ],
  ])('of too many %s is not read', (_, takes, reason) => {
    expect(() => parseCassetteFile(fileOf(takes), ID)).toThrow(reason);
  });

  it('is written as long as it can be read, and not beyond', () => {
    const takesOf = (values: number): Take[] => {
      const sizes = [MOST_VALUES - 100, MOST_VALUES - 100, MOST_VALUES - 100, values];
      return sizes.map((size, at) => takeFrom(read(plain(stageOf(size))) as Recording, { region: `r${at}` }));
    };
    // Beside the stages: 7 of the file and its interaction, and of each take itself, 4 fields and the list.
    const most = MOST_OF_FILE - 7 - 4 * 6 - 3 * (MOST_VALUES - 100);
    const written = writeCassetteFile(ID, [interactionOf(stagesKey(ID), takesOf(most))]);
    expect(countValues(parseJson(written))).toBe(MOST_OF_FILE);
    expect(parseCassetteFile(written, ID)).toHaveLength(1);
    const tooMany = [interactionOf(stagesKey(ID), takesOf(most + 1))];
    expect(() => writeCassetteFile(ID, tooMany)).toThrow(TooLargeError);
  });

  it.each<[string, (index: number) => string]>([
    ['regions', (index) => `r${index}`],
    ['takes', () => 'us'],
  ])('is played in time in proportion to its %s', (_, regionOf) => {
    const [take] = parseCassetteFile(fileOf(takeText('[]')), ID)[0]?.takes ?? [];
    const times = growthOf(
      2000,
      (size) => ({
        regions: Array.from({ length: size }, (__, index) => regionOf(index)),
        takes: Array.from({ length: size }, (__, index) => ({ ...(take as Take), region: regionOf(index) })),
      }),
      ({ regions, takes }) => {
        const interaction = interactionOf(stagesKey(ID), takes);
        for (const order of orders) {
          const player = new Player(order, { prepare: () => true });
          for (const region of regions) player.play(interaction, region, 'json');
          for (const region of regions) player.canPlay(interaction, `other-${region}`);
        }
      },
    );
    expect(times).toBeLessThan(LINEAR);
  });

  it('of very many keys tells what is nearest without delay', async () => {
    const dir = temporaryFolder();
    const folder = join(dir, 'default');
    mkdirSync(folder);
    const keys = Array.from({ length: 20_000 }, (_, i) =>
      stagesKey(ID, `${'d'.repeat(56)}${i.toString(36)}`),
    );
    const interactions = keys.map((key) => interactionOf(key, [takeOf('prod')]));
    writeFileSync(join(folder, `${ID}.json`), writeCassetteFile(ID, interactions));
    const cassette = new Cassette(dir, 'default');
    await describeMiss(cassette, stagesKey(ID, 'first'));
    const startedAt = process.cpuUsage();
    for (let i = 0; i < 20; i += 1) await describeMiss(cassette, stagesKey(ID, `${'e'.repeat(60)}${i}`));
    expect(process.cpuUsage(startedAt).user / 1000 / 20).toBeLessThan(50);
  });
});
