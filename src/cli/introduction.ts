import { existsSync } from 'node:fs';
import type { Started } from '../assembly/start.ts';
import { listCassettes } from '../cassette/folder.ts';
import { type Plan, usesChance } from '../chaos/plan.ts';
import { proxyUrl } from '../clients/reached-url.ts';
import { suggestNames } from '../known-names.ts';
import { modeNeeds } from '../sessions/mode.ts';
import { isLoopbackAddress, type Settings } from '../settings/settings.ts';
import type { Reporter } from './reporter.ts';

/** Says, before the first call, what may come as a surprise. */
export async function introduce(
  restage: Started,
  settings: Settings,
  plan: Plan,
  reporter: Reporter,
): Promise<void> {
  const { dir, cassette, host } = settings;
  if (
    modeNeeds[restage.mode].recordings &&
    !modeNeeds[restage.mode].upstream &&
    !existsSync(`${dir}/${cassette}`)
  ) {
    const known = await listCassettes(dir);
    const hint = known.length === 0 ? `There is none in '${dir}' yet` : suggestNames(cassette, known);
    reporter.say({
      event: 'no-cassette',
      level: 'warning',
      message: `Cassette '${cassette}' does not exist: every call will be a miss. ${hint}.`,
      facts: { cassette, dir },
    });
  }
  if (!isLoopbackAddress(host)) {
    reporter.say({
      event: 'off-loopback',
      level: 'warning',
      message: `Listening on ${host}: others can reach this port, by its address or a name of '--allow-host', and read what is recorded. Control asks for the admin token.`,
      facts: { host },
    });
  }
  introduceSeed(restage, plan, reporter);
}

/** Says the seed where there is chance: without it, every run is the same whatever the seed. */
export function introduceSeed({ seed }: Started, plan: Plan, reporter: Reporter): void {
  if (!usesChance(plan)) return;
  const message = `seed ${seed} (--seed ${seed} repeats this run)`;
  reporter.say({ event: 'seed', level: 'info', message, facts: { seed } });
}

/** A command is led through restage; whoever starts clients on their own has to know how. */
export function introduceTunnels(restage: Started, settings: Settings, reporter: Reporter): void {
  if (restage.trust === undefined) return;
  const url = proxyUrl(restage, settings, 'SESSION', 'TOKEN');
  reporter.say({
    event: 'tunnels',
    level: 'info',
    message: `Taking tunnels: give clients HTTPS_PROXY=${url} and the CA ('restage ca' says how)`,
    facts: { proxy: url },
  });
}

/** The line by which others learn where restage listens. */
export function listeningLine({ mode, url }: Started): string {
  return `restage ${mode} listening on ${url}`;
}
