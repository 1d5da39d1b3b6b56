import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteRestApiCommand,
  GetApiKeysCommand,
  GetExportCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetSdkCommand,
  GetStagesCommand,
  GetUsagePlanKeysCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  paginateGetRestApis,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startService } from '../support/restage.ts';
import { sendSigned } from '../support/stand-in/signed-request.ts';
import type { StandIn } from '../support/stand-in.ts';

const POLICY = '{"Resource":"arn:aws:execute-api:us-east-1:123456789012:*/*"}';

async function startPlane(): Promise<{ service: StandIn; client: APIGatewayClient }> {
  const service = await startService();
  const { url: endpoint, credentials } = service;
  const client = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return { service, client };
}

function asker({ url, credentials }: StandIn) {
  return async (method: string, target: string, sent?: object, accept?: string) => {
    const answer = await sendSigned(url, {
      method,
      target,
      credentials,
      ...(sent !== undefined && { body: JSON.stringify(sent) }),
      headers: accept === undefined ? {} : { accept },
    });
    const { status, text, headers } = answer;
    return { status, type: headers['content-type'], text, body: text === '' ? undefined : JSON.parse(text) };
  };
}

describe('the control plane of the stand-in', () => {
  test('serves a client that makes an API, reads it in pages, changes it and deletes it', async () => {
    const { client } = await startPlane();
    const { id: restApiId = '', rootResourceId: parentId } = await client.send(
      new CreateRestApiCommand({ name: 'shop', policy: POLICY }),
    );
    await client.send(new CreateRestApiCommand({ name: 'other' }));
    const pages: string[][] = [];
    for await (const page of paginateGetRestApis({ client, pageSize: 4 }, {})) {
      pages.push((page.items ?? []).map(({ name = '' }) => name));
    }
    const { id: resourceId } = await client.send(
      new CreateResourceCommand({ restApiId, parentId, pathPart: 'orders' }),
    );
    const method = { restApiId, resourceId, httpMethod: 'GET' };
    await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
    await client.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }));
    await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
    await client.send(new PutIntegrationResponseCommand({ ...method, statusCode: '200' }));
    const { id: deploymentId } = await client.send(new CreateDeploymentCommand({ restApiId }));
    const stage = { restApiId, stageName: 'live' };
    await client.send(new CreateStageCommand({ ...stage, deploymentId, variables: { a: '1' } }));
    await client.send(
      new UpdateStageCommand({
        ...stage,
        patchOperations: [
          { op: 'replace', path: '/variables/a', value: '2' },
          { op: 'replace', path: '/*/*/throttling/rateLimit', value: '5' },
        ],
      }),
    );
    const read = await client.send(new GetMethodCommand(method));
    const { items: resources } = await client.send(
      new GetResourcesCommand({ restApiId, embed: ['methods'] }),
    );
    const { item: stages } = await client.send(new GetStagesCommand({ restApiId }));
    const api = await client.send(new GetRestApiCommand({ restApiId }));
    const document = await client.send(new GetExportCommand({ ...stage, exportType: 'oas30' }));
    const sdk = await client.send(new GetSdkCommand({ ...stage, sdkType: 'javascript' }));

    expect(pages).toEqual([
      ['api a1b2c3d4e5', 'api onestage01', 'api nostages01', 'api richstages'],
      ['shop', 'other'],
    ]);
    expect(read).toMatchObject({
      methodResponses: { 200: { statusCode: '200' } },
      methodIntegration: { type: 'MOCK', integrationResponses: { 200: { statusCode: '200' } } },
    });
    expect(resources).toMatchObject([{ path: '/' }, { path: '/orders', resourceMethods: { GET: {} } }]);
    expect(stages).toMatchObject([
      { deploymentId, variables: { a: '2' }, methodSettings: { '*/*': { throttlingRateLimit: 5 } } },
    ]);
    expect(JSON.parse(`"${api.policy}"`)).toBe(POLICY);
    expect(api.policy).toContain('*\\/*');
    expect(document.contentDisposition).toMatch(/^attachment; filename="oas30_.+Z\.json"$/);
    expect(Buffer.from(sdk.body ?? []).toString('latin1')).toMatch(/^PK/);
    expect((await client.send(new DeleteRestApiCommand({ restApiId }))).$metadata.httpStatusCode).toBe(202);
    await expect(client.send(new GetStagesCommand({ restApiId }))).rejects.toThrow(
      `Invalid API identifier specified 123456789012:${restApiId}`,
    );
  });

  test('shows the value of a key when asked, and that of the key of a plan always', async () => {
    const { client } = await startPlane();
    const { id: keyId, value } = await client.send(new CreateApiKeyCommand({ name: 'a', value: 'v-1' }));
    const { id: usagePlanId } = await client.send(new CreateUsagePlanCommand({ name: 'p' }));
    await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
    const values = async (includeValues?: boolean) =>
      (await client.send(new GetApiKeysCommand({ includeValues }))).items?.map((key) => key.value);

    expect([value, await values(), await values(true)]).toEqual(['v-1', [undefined], ['v-1']]);
    const { items } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId }));
    expect(items).toMatchObject([{ id: keyId, value: 'v-1' }]);
    expect((await client.send(new GetUsagePlanKeysCommand({ usagePlanId: 'none' }))).items).toEqual([]);
  });

  test('answers HAL to whom does not ask for plain JSON: one element bare, the relations embedded', async () => {
    const { service } = await startPlane();
    const call = asker(service);
    const { body: api } = await call('POST', '/restapis', { name: 'shop' }, 'application/json');
    const base = `/restapis/${api.id}/resources/${api.rootResourceId}`;
    const put = await call('PUT', `${base}/methods/GET`, { authorizationType: 'NONE' });
    await call('PUT', `${base}/methods/GET/responses/200`, {});
    await call('PUT', `${base}/methods/GET/integration`, { type: 'MOCK' });
    const method = await call('GET', `${base}/methods/GET`);
    const one = await call('GET', `/restapis/${api.id}/resources`);
    const page = await call('GET', '/restapis?limit=2');

    expect([put.status, put.type]).toEqual([201, 'application/hal+json']);
    expect(method.body).toMatchObject({
      _links: { self: { href: `${base}/methods/GET` } },
      _embedded: {
        'method:integration': { type: 'MOCK', _links: { self: { href: `${base}/methods/GET/integration` } } },
        'method:responses': { statusCode: '200', _links: { self: { name: '200', title: '200' } } },
      },
    });
    expect(one.body._embedded.item).toMatchObject({
      path: '/',
      _links: { 'resource:methods': { name: 'GET' } },
    });
    expect(page.body._embedded.item).toHaveLength(2);
    expect(page.body._embedded.item[0].createdDate).toBe('2016-04-15T17:38:08Z');
    const next = await call('GET', page.body._links.next.href);
    expect(next.body._embedded.item).toHaveLength(2);
  });

  test('serves version 2 in plain JSON with dates as text, and pages by nextToken', async () => {
    const { service } = await startPlane();
    const call = asker(service);
    const made = await call('POST', '/v2/apis', { name: 'web', protocolType: 'HTTP' });
    await call('POST', '/v2/apis', { name: 'two', protocolType: 'HTTP' });
    const first = await call('GET', '/v2/apis?maxResults=1');
    const second = await call(
      'GET',
      `/v2/apis?maxResults=1&nextToken=${encodeURIComponent(first.body.nextToken)}`,
    );
    const stages = `/v2/apis/${made.body.apiId}/stages`;
    await call('POST', stages, { stageName: '$default' });
    const stage = await call('PATCH', `${stages}/%24default`, { description: 'd' });
    const gone = await call('DELETE', `${stages}/%24default`);
    const missed = await call('GET', `${stages}/%24default`);

    expect([made.status, made.type, gone.status, missed.status]).toEqual([201, 'application/json', 204, 404]);
    expect(made.body.createdDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect([first.body.items[0].name, second.body.items[0].name]).toEqual(['web', 'two']);
    expect(second.body).not.toHaveProperty('nextToken');
    expect(stage.body).toMatchObject({ stageName: '$default', description: 'd', routeSettings: {} });
  });
});
