import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { answerQuestions, viewOf } from './answer-questions.mjs';

await answerQuestions(async ({ endpoint, proxy, ...input }) => {
  if (endpoint !== undefined) process.env.AWS_ENDPOINT_URL_API_GATEWAY = endpoint;
  const client = new APIGatewayClient(
    proxy === undefined ? {} : { requestHandler: { httpsAgent: new HttpsProxyAgent(proxy) } },
  );
  try {
    return await viewOf(client.send(new GetStagesCommand(input)));
  } finally {
    client.destroy();
  }
});
