import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';

/** An ordinary program on the AWS SDK for JavaScript v3: prints the stages of an API, and how many attempts it took. */
const client = new APIGatewayClient({});
const { item = [], $metadata } = await client.send(new GetStagesCommand({ restApiId: process.argv[2] }));
const stages = item.map(({ stageName, createdDate, variables }) => ({ stageName, createdDate, variables }));
console.log(JSON.stringify({ stages, attempts: $metadata.attempts }));
