import { parseArgs } from 'node:util';
import { type Credentials, type Quota, startStandIn } from './stand-in.ts';

const { values } = parseArgs({ options: { port: { type: 'string' }, quota: { type: 'string' } } });
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;

const standIn = await startStandIn({
  port: portOf(values.port ?? '0'),
  credentials: [credentialsOfEnvironment()],
  ...(values.quota === undefined ? {} : { quota: quotaOf(values.quota) }),
});
process.stdout.write(`stand-in listening on ${standIn.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void standIn.close());

function credentialsOfEnvironment(): Credentials {
  const accessKeyId = AWS_ACCESS_KEY_ID || 'AKIDEXAMPLE';
  const secretAccessKey = AWS_SECRET_ACCESS_KEY || 'example-secret';
  // An empty variable is how shells unset one for a single command.
  return AWS_SESSION_TOKEN
    ? { accessKeyId, secretAccessKey, sessionToken: AWS_SESSION_TOKEN }
    : { accessKeyId, secretAccessKey };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  return refuse(`Cannot listen on port "${text}": it is no port. Give a number from 0 to 65535.`);
}

function quotaOf(text: string): Quota {
  const [rate, burst, ...more] = text.split('/').map(Number);
  if (rate !== undefined && burst !== undefined && rate > 0 && burst >= 1 && more.length === 0) {
    return { rate, burst };
  }
  return refuse(
    `Cannot read the quota "${text}": it is not RATE/BURST. Give calls a second and a burst, as 10/40.`,
  );
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
