import { get } from 'node:http';
import aws4 from 'aws4';
import { answerQuestions } from './answer-questions.mjs';

await answerQuestions(async ({ endpoint, restApiId, deploymentId }) => {
  const filter = deploymentId === undefined ? '' : `?deploymentId=${encodeURIComponent(deploymentId)}`;
  const { host } = new URL(endpoint);
  const { path, headers } = aws4.sign({
    service: 'apigateway',
    region: process.env.AWS_REGION,
    path: `/restapis/${encodeURIComponent(restApiId)}/stages${filter}`,
    headers: { Host: host, Accept: 'application/json' },
  });
  const { answer, body } = await read(endpoint, { path, headers });
  if (answer.statusCode !== 200) return { error: answer.headers['x-amzn-errortype'] };
  return { stages: body.item.map(({ stageName }) => stageName) };
});

function read(endpoint, options) {
  return new Promise((resolve, reject) => {
    const request = get(endpoint, options, async (answer) => {
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      resolve({ answer, body: JSON.parse(text) });
    });
    request.once('error', reject);
  });
}
