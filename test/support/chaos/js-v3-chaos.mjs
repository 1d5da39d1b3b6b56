import { createRequire } from 'node:module';
import { APIGatewayClient, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import { DefaultRateLimiter } from '@smithy/core/retry';
import { answerQuestions } from '../clients/answer-questions.mjs';

// What the SDK multiplies its waits with: it tries as often as ever, and does not wait.
Math.random = () => 0;

// In adaptive mode it waits until its clock says that it may go on: each wait is over at once, and puts the clock forward.
let skippedMs = 0;
DefaultRateLimiter.setTimeoutFn = (goOn, ms) => {
  skippedMs += ms;
  setImmediate(goOn);
};
DefaultRateLimiter.prototype.getCurrentTimeInSeconds = () => (Date.now() + skippedMs) / 1000;

/** The errors that all broken connections share a name with say in their code which one they are. */
function nameOf({ name, code }) {
  return name === 'Error' && typeof code === 'string' ? code : name;
}

/** How many calls of one client, made one after the other, succeeded. */
async function countSuccesses({ endpoint, restApiId, calls }) {
  const client = new APIGatewayClient({ endpoint });
  let succeeded = 0;
  for (let i = 0; i < calls; i += 1) {
    const isFine = await client.send(new GetStagesCommand({ restApiId })).then(
      () => true,
      () => false,
    );
    if (isFine) succeeded += 1;
  }
  client.destroy();
  return { succeeded };
}

async function getStages({ endpoint, restApiId, readTimeoutMs }) {
  const client = new APIGatewayClient({
    endpoint,
    ...(readTimeoutMs !== undefined && {
      requestHandler: { requestTimeout: readTimeoutMs, throwOnRequestTimeout: true },
    }),
  });
  try {
    const { item } = await client.send(new GetStagesCommand({ restApiId }));
    return { stages: item ?? null };
  } catch (error) {
    return { error: nameOf(error) };
  } finally {
    client.destroy();
  }
}

/** How it retries is decided in the core. */
function describeVersion() {
  const versionOf = (name) => createRequire(import.meta.url)(`${name}/package.json`).version;
  const [client, core] = ['@aws-sdk/client-api-gateway', '@smithy/core'].map(versionOf);
  return { version: `JS v3 ${client} with @smithy/core ${core}` };
}

await answerQuestions((question) => {
  if (question.restApiId === undefined) return describeVersion();
  return question.calls === undefined ? getStages(question) : countSuccesses(question);
});
