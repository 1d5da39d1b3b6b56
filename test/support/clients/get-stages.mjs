import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';

const [restApiId, deploymentId] = process.argv.slice(2);
const client = new APIGatewayClient({});
try {
  const { $metadata: _, ...output } = await client.send(new GetStagesCommand({ restApiId, deploymentId }));
  console.log(JSON.stringify(output));
} catch (error) {
  console.log(
    JSON.stringify({ name: error.name, message: error.message, attempts: error.$metadata?.attempts }),
  );
  process.exitCode = 1;
}
