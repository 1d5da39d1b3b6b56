import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { credentialVariables } from '../support/cli.ts';
import { describeWithClient, runPython } from '../support/clients.ts';
import { credentials, run, startService, temporaryFolder } from '../support/restage.ts';
import { calledByInventory } from '../support/seen-operations.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import { type StandIn, sample } from '../support/stand-in.ts';

const script = readFileSync(new URL('../../examples/inventory/inventory.py', import.meta.url), 'utf8');

/** The inventory that the script makes of what answers at the URL. */
async function inventoryAt(url: string) {
  const { status, stdout, stderr } = await runPython(script, {
    ...credentialVariables(credentials),
    AWS_ENDPOINT_URL_API_GATEWAY: url,
    AWS_ENDPOINT_URL_APIGATEWAYV2: url,
    // One attempt: a miss would else be asked for again.
    AWS_MAX_ATTEMPTS: '1',
  });
  if (status !== 0) throw new Error(`Cannot make an inventory of ${url}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Gives the account what an inventory finds. */
async function fill(service: StandIn): Promise<void> {
  const make = async (method: string, target: string, sent: object) => {
    const body = JSON.stringify(sent);
    const headers = { accept: 'application/json' };
    return JSON.parse((await sendSigned(service.url, { method, target, headers, credentials, body })).text);
  };
  const api = await make('POST', '/restapis', { name: 'shop' });
  const of = `/restapis/${api.id}`;
  await make('PUT', `${of}/resources/${api.rootResourceId}/methods/GET`, { authorizationType: 'NONE' });
  await make('POST', `${of}/authorizers`, { name: 'tokens', type: 'TOKEN' });
  const { id: deploymentId } = await make('POST', `${of}/deployments`, {});
  await make('POST', `${of}/stages`, { deploymentId, stageName: 'live' });
  const { id: keyId } = await make('POST', '/apikeys', { name: 'client-a' });
  const plan = await make('POST', '/usageplans', { name: 'basic' });
  await make('POST', `/usageplans/${plan.id}/keys`, { keyId, keyType: 'API_KEY' });
  await make('POST', '/domainnames', { domainName: 'shop.example.com' });
  const web = await make('POST', '/v2/apis', { name: 'web', protocolType: 'HTTP' });
  await make('POST', `/v2/apis/${web.apiId}/routes`, { routeKey: '$default' });
}

/** The inventory as a recording has it: what redaction takes out is what this account has of secrets. */
function redacted(inventory: unknown): unknown {
  const isSecret = (name: string, value: unknown) =>
    value === sample.secret || (name === 'value' && typeof value === 'string');
  const text = JSON.stringify(inventory, (name, value) => (isSecret(name, value) ? 'REDACTED' : value));
  return JSON.parse(text);
}

describeWithClient('boto3', 'the inventory of examples/inventory', () => {
  test('finds everything through restage, and the same offline', async () => {
    const service = await startService({ credentials: [credentials] });
    await fill(service);
    const dir = await temporaryFolder();
    const recording = await run('record', { dir, upstream: service.url });
    const [direct, recorded] = await Promise.all([inventoryAt(service.url), inventoryAt(recording.url)]);
    await recording.close();

    expect(recorded).toEqual(direct);
    const called = new Set(recording.calls().map(({ operation }) => operation));
    expect([...called].sort()).toEqual(calledByInventory);
    expect(recorded).toMatchObject({
      restApis: [
        {},
        {},
        {},
        {},
        { name: 'shop', stages: [{ stageName: 'live' }], authorizers: [{ name: 'tokens' }] },
      ],
      httpApis: [{ Name: 'web', routes: [{ RouteKey: '$default' }] }],
      usagePlans: [{ name: 'basic', keys: [{ name: 'client-a' }] }],
      domainNames: [{ domainName: 'shop.example.com' }],
    });
    const replay = await run('replay', { dir });
    expect(await inventoryAt(replay.url)).toEqual(redacted(recorded));
  });
});
