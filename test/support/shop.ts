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
  GetIntegrationCommand,
  GetMethodCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  GetStageCommand,
  GetStagesCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  ApiGatewayV2Client,
  CreateApiCommand,
  CreateIntegrationCommand,
  CreateRouteCommand,
  CreateStageCommand as CreateStageOfApiCommand,
  DeleteApiCommand,
  GetApiCommand,
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStagesCommand as GetStagesOfApiCommand,
} from '@aws-sdk/client-apigatewayv2';
import { credentials } from './restage.ts';

/**
 * Makes a REST API and an HTTP API with what belongs to them, reads it, changes it and deletes it, as a program of the AWS
 * SDK for JavaScript v3. Gives what it was answered call by call, without what differs from one call to the next.
 */
export async function keepShop(endpoint: string): Promise<object[]> {
  const settings = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const rest = new APIGatewayClient(settings);
  const http = new ApiGatewayV2Client(settings);
  const answers: object[] = [];
  const keep = ({ $metadata: _, ...answer }: { $metadata?: unknown }) => answers.push(answer);
  rest.middlewareStack.add((next) => async (call) => {
    const result = await next(call);
    keep(result.output);
    return result;
  });
  http.middlewareStack.add((next) => async (call) => {
    const result = await next(call);
    keep(result.output);
    return result;
  });
  try {
    await keepRestApi(rest);
    await keepHttpApi(http);
    return answers;
  } finally {
    rest.destroy();
    http.destroy();
  }
}

async function keepRestApi(client: APIGatewayClient): Promise<void> {
  const made = await client.send(new CreateRestApiCommand({ name: 'shop', tags: { team: 'orders' } }));
  const { id: restApiId = '', rootResourceId: parentId } = made;
  const { id: resourceId } = await client.send(
    new CreateResourceCommand({ restApiId, parentId, pathPart: 'orders' }),
  );
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE', apiKeyRequired: true }));
  await client.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }));
  const requestTemplates = { 'application/json': '{"statusCode":200}' };
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK', requestTemplates }));
  await client.send(new PutIntegrationResponseCommand({ ...method, statusCode: '200' }));
  const { id: deploymentId } = await client.send(new CreateDeploymentCommand({ restApiId }));
  const stage = { restApiId, stageName: 'live' };
  const variables = { release: '1', db_password: 'example-password' };
  await client.send(new CreateStageCommand({ ...stage, deploymentId, variables }));
  const { id: keyId } = await client.send(
    new CreateApiKeyCommand({ name: 'client-a', value: 'example-value-of-client-a', enabled: true }),
  );
  const apiStages = [{ apiId: restApiId, stage: 'live' }];
  const { id: usagePlanId } = await client.send(new CreateUsagePlanCommand({ name: 'basic', apiStages }));
  await client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId, keyType: 'API_KEY' }));
  const look = async () => {
    await client.send(new GetRestApisCommand({ limit: 100 }));
    await client.send(new GetRestApiCommand({ restApiId }));
    await client.send(new GetResourcesCommand({ restApiId, embed: ['methods'] }));
    await client.send(new GetMethodCommand(method));
    await client.send(new GetIntegrationCommand(method));
    await client.send(new GetStagesCommand({ restApiId }));
    await client.send(new GetStageCommand(stage));
    await client.send(new GetApiKeysCommand({ includeValues: true }));
    await client.send(new GetUsagePlansCommand({}));
    await client.send(new GetUsagePlanKeysCommand({ usagePlanId }));
  };
  await look();
  const patchOperations = [{ op: 'replace', path: '/variables/release', value: '2' } as const];
  await client.send(new UpdateStageCommand({ ...stage, patchOperations }));
  await look();
  await client.send(new DeleteRestApiCommand({ restApiId }));
  await client.send(new GetRestApisCommand({ limit: 100 }));
}

async function keepHttpApi(client: ApiGatewayV2Client): Promise<void> {
  const made = await client.send(new CreateApiCommand({ Name: 'web', ProtocolType: 'HTTP' }));
  const { ApiId = '' } = made;
  await client.send(
    new CreateIntegrationCommand({
      ApiId,
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'GET',
      IntegrationUri: 'https://orders.example.com',
      PayloadFormatVersion: '1.0',
    }),
  );
  await client.send(new CreateRouteCommand({ ApiId, RouteKey: '$default' }));
  await client.send(new CreateStageOfApiCommand({ ApiId, StageName: '$default', AutoDeploy: true }));
  await client.send(new GetApisCommand({}));
  await client.send(new GetApiCommand({ ApiId }));
  await client.send(new GetIntegrationsCommand({ ApiId }));
  await client.send(new GetRoutesCommand({ ApiId }));
  await client.send(new GetStagesOfApiCommand({ ApiId }));
  await client.send(new DeleteApiCommand({ ApiId }));
  await client.send(new GetApisCommand({}));
}
