import { expect, test } from 'vitest';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';

/** A write that changes what a read of another path says, with the number of an API where it says `ID`. */
const elsewhere: ReadonlyArray<[write: string, method: string, target: string, body: object, read: string]> =
  [
    [
      'UpdateRestApi',
      'PATCH',
      '/restapis/ID',
      { patchOperations: [{ op: 'replace', path: '/name', value: 'two' }] },
      '/restapis',
    ],
    ['DeleteRestApi', 'DELETE', '/restapis/ID', {}, '/restapis'],
    ['CreateDeployment', 'POST', '/restapis/ID/deployments', { stageName: 'live' }, '/restapis/ID/stages'],
  ];

// A read of the collection belongs to another file than the write, or to another path: replay does not see that it follows.
test.each(elsewhere)(
  '%s is seen by a read once it was replayed, and not before',
  async (_, method, target, sent, read) => {
    const service = await startService({ credentials: [credentials] });
    const dir = await temporaryFolder();
    const headers = { accept: 'application/json' };
    const asker = (url: string) => async (how: string, where: string, what?: object) => {
      const body = what === undefined ? {} : { body: JSON.stringify(what) };
      return (await sendSigned(url, { method: how, target: where, headers, credentials, ...body })).text;
    };
    const recording = await run('record', { dir, upstream: service.url });
    const record = asker(recording.url);
    const { id } = JSON.parse(await record('POST', '/restapis', { name: 'one' }));
    const [written, looked] = [target, read].map((path) => path.replace('ID', id)) as [string, string];
    const before = await record('GET', looked);
    await record(method, written, sent);
    const after = await record('GET', looked);
    await recording.close();
    const replaying = await run('replay', { dir });
    const replay = asker(replaying.url);
    await replay('POST', '/restapis', { name: 'one' });

    // One look more than there was.
    const seen = [await replay('GET', looked), await replay('GET', looked)];
    await replay(method, written, sent);
    expect([...seen, await replay('GET', looked)]).toEqual([before, before, after]);
  },
);
