import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { identify } from '../../../src/aws/apigateway/operations.ts';
import { Cassette } from '../../../src/cassette/cassette.ts';
import { fileNameOf } from '../../../src/cassette/file-name.ts';
import { writeCassetteFile } from '../../../src/cassette/format.ts';
import { describeMiss } from '../../../src/cassette/miss.ts';
import { interactionOf, stagesKey, takeOf } from '../../support/recordings.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ID = 'a1b2c3d4e5';

/** A cassette with a file for each API: the filters that are recorded, `undefined` for none. */
function cassetteWith(apis: Readonly<Record<string, readonly (string | undefined)[]>>): Cassette {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'default'));
  for (const [id, filters] of Object.entries(apis)) {
    const interactions = filters.map((filter) => interactionOf(stagesKey(id, filter), [takeOf('prod')]));
    writeFileSync(join(dir, 'default', fileNameOf(id)), writeCassetteFile(id, interactions));
  }
  return new Cassette(dir, 'default');
}

describe('a miss', () => {
  it('names the key, the cassette, what is nearest of the API, and how to record', async () => {
    const cassette = cassetteWith({ [ID]: [undefined, 'vakw78', 'zzzzzz', 'vakw70'], other: [undefined] });
    expect(await describeMiss(cassette, stagesKey(ID, 'vakw79'))).toEqual({
      note: "it is not in cassette 'default'",
      message:
        `Cannot replay GetStages of API '${ID}' with deploymentId 'vakw79': it is not in cassette 'default' ` +
        `(${cassette.folder}). Nearest recorded: GetStages of API '${ID}' with deploymentId 'vakw70'; ` +
        `GetStages of API '${ID}' with deploymentId 'vakw78'; GetStages of API '${ID}' with deploymentId 'zzzzzz'. ` +
        `Record it: restage record -c default --dir '${cassette.dir}' -- <your command>.`,
    });
  });

  it('names the command that records it, where that is not restage, with the variable that it needs', async () => {
    const { message } = await describeMiss(cassetteWith({}), stagesKey(ID), 'npx vitest');
    expect(message).toMatch(/ Record it: npx vitest\.$/);
    const { key } = identify('POST', `/restapis/${ID}/resources/r/methods/GET`);
    if (key === undefined) throw new Error('no operation');
    expect((await describeMiss(cassetteWith({}), key, 'npx vitest')).message).toMatch(
      / Record it: RESTAGE_RECORD_OPERATION='TestInvokeMethod' npx vitest\.$/,
    );
  });

  it('names the nearest APIs where nothing of the API is recorded', async () => {
    const cassette = cassetteWith({
      a1b2c3d4e6: [undefined],
      A1B2: [undefined],
      zzzzzzzzzz: [undefined],
      a1b2c3xxxx: [undefined],
    });
    expect((await describeMiss(cassette, stagesKey(ID))).message).toContain(
      "Nearest recorded: API 'a1b2c3d4e6'; API 'a1b2c3xxxx'; API 'A1B2'. Record it",
    );
  });

  it.each([[cassetteWithoutFolder], [() => cassetteWith({})]])(
    'says that the cassette is empty',
    async (create) => {
      expect((await describeMiss(create(), stagesKey(ID))).message).toContain(
        'The cassette is empty. Record it:',
      );
    },
  );

  it('says that the takes are used up', async () => {
    const cassette = cassetteWith({ [ID]: [undefined] });
    const { message, note } = await describeMiss(cassette, stagesKey(ID));
    expect(note).toBe("its takes in cassette 'default' are used up (order 'strict')");
    expect(message).toContain(`: ${note}. Record it:`);
  });

  it('holds nothing that moves a cursor, and is no longer than a few lines', async () => {
    const { message } = await describeMiss(
      cassetteWith({ [ID]: ['\x1b[31m\r\n\x9b2J'.repeat(50)] }),
      stagesKey(ID, '\x1b[2J\x7f'.repeat(10_000)),
    );
    expect(message).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect(message.length).toBeLessThan(1500);
  });
});

function cassetteWithoutFolder(): Cassette {
  return new Cassette(temporaryFolder(), 'missing');
}

describe('what a miss names', () => {
  it('is kept as long as the folder stays as it is', async () => {
    const cassette = cassetteWith({ a1b2c3d4e6: [undefined] });
    utimesSync(cassette.folder, 1_000_000_000, 1_000_000_000);
    const listings = vi.spyOn(cassette, 'listApis');
    await describeMiss(cassette, stagesKey(ID));
    expect((await describeMiss(cassette, stagesKey(ID))).message).toContain(
      "Nearest recorded: API 'a1b2c3d4e6'. Record",
    );
    expect(listings).toHaveBeenCalledTimes(1);
    writeFileSync(join(cassette.folder, fileNameOf('a1b2c3d4e7')), '');
    expect((await describeMiss(cassette, stagesKey(ID))).message).toContain(
      "'a1b2c3d4e6'; API 'a1b2c3d4e7'. Record",
    );
  });

  it('is not kept of a folder that has just changed: its next change may come within a tick of the clock', async () => {
    const cassette = cassetteWith({ a1b2c3d4e6: [undefined] });
    const now = Date.now() / 1000;
    await describeMiss(cassette, stagesKey(ID));
    writeFileSync(join(cassette.folder, fileNameOf('a1b2c3d4e7')), '');
    utimesSync(cassette.folder, now, now);
    expect((await describeMiss(cassette, stagesKey(ID))).message).toContain('a1b2c3d4e7');
  });

  it('follows the keys that come and go', async () => {
    const cassette = cassetteWith({ [ID]: [undefined] });
    expect((await describeMiss(cassette, stagesKey(ID, 'vakw79'))).message).not.toContain('vakw78');
    await cassette.create();
    await cassette.save(interactionOf(stagesKey(ID, 'vakw78'), [takeOf('prod')]), { isHeld: () => true });
    expect((await describeMiss(cassette, stagesKey(ID, 'vakw79'))).message).toContain(
      "deploymentId 'vakw78'",
    );
  });
});
