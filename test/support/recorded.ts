import type { Clock, Mode, RestageOptions } from '../../src/index.ts';
import { type Running, run, temporaryFolder } from './restage.ts';
import { sendSigned } from './stand-in/signed-request.ts';
import type { StandIn } from './stand-in.ts';

/** Every mode, and those that forward. */
export const modes = ['record', 'auto', 'passthrough', 'replay'] as const;
export const forwardingModes = ['record', 'auto', 'passthrough'] as const;

/** What is asked for while recording: a target, or a target in a region. */
export type Asked = string | { readonly target: string; readonly region: string };

/** Asks for these in one run of `restage record`, plain, one after the other, and gives the folder of cassettes. */
export async function recordInto(
  service: StandIn,
  asked: readonly Asked[],
  options: RestageOptions = {},
): Promise<string> {
  const dir = typeof options.dir === 'string' ? options.dir : await temporaryFolder();
  const recording = await run('record', { upstream: service.url, ...options, dir });
  for (const each of asked) await ask(recording.url, service, each);
  await recording.close();
  return dir;
}

/** Starts restage in a mode on a folder; the forwarding ones with the service behind it. */
export function runOn(
  mode: Mode,
  dir: string,
  service: StandIn,
  options: RestageOptions = {},
  clock: Partial<Clock> = {},
): Promise<Running> {
  return run(mode, { dir, ...(mode === 'replay' ? {} : { upstream: service.url }), ...options }, clock);
}

/** A signed call that wants plain JSON, and how restage answered it. */
export async function ask(url: string, { credentials }: StandIn, asked: Asked) {
  const where = typeof asked === 'string' ? { target: asked } : asked;
  const { status, headers, text } = await sendSigned(url, {
    ...where,
    credentials,
    headers: { accept: 'application/json' },
  });
  const outcome = headers['x-restage-outcome'];
  return { status, type: headers['x-amzn-errortype'], outcome, text, headers, body: JSON.parse(text) };
}

/** The names of the stages of each answer in turn, or its error's type. */
export function saidBy(answers: ReadonlyArray<Awaited<ReturnType<typeof ask>>>): string[] {
  return answers.map(({ body, type }) =>
    typeof type === 'string' ? type : body.item.map((stage: { stageName: string }) => stage.stageName).join(),
  );
}
