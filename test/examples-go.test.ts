import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { recordingVariables } from './support/cli.ts';
import { runProgram } from './support/clients.ts';
import { startService } from './support/restage.ts';
import { snippets } from './support/snippets.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const EXAMPLE = 'examples/go';
/** Where Debian's package golang-github-aws-aws-sdk-go-v2-dev has the SDK, in a version that has yet to learn of the variables. */
const DEBIAN_GOPATH = '/usr/share/gocode';
const DEBIAN_SDK = join(DEBIAN_GOPATH, 'src/github.com/aws/aws-sdk-go-v2/service/apigateway');
/** Older than the variables that say where the service is. */
const OLD_CLIENT =
  'NewFromConfig(loaded, apigateway.WithEndpointResolver(apigateway.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_API_GATEWAY"))))';
const FAILING = `package stages

import (
	"context"
	"testing"
)

func TestFails(t *testing.T) {
	session(t)
	names, err := stageNames(context.Background(), "a1b2c3d4e5")
	t.Errorf("it failed: %v %v", names, err)
}
`;

/** A folder in which "go test" finds the SDK, and how. */
interface Laid {
  readonly folder: string;
  readonly env: Record<string, string>;
}

function layOut(path = ''): { root: string; folder: string } {
  const root = temporaryFolder();
  const folder = join(root, path);
  cpSync(EXAMPLE, folder, { recursive: true });
  return { root, folder };
}

/** The example as it is, where its modules can be had. */
function layOutModule(): Laid | undefined {
  const { root, folder } = layOut('stages');
  const env = { GOFLAGS: '-mod=mod', GOPATH: join(root, 'go'), GOCACHE: join(root, 'cache') };
  const { status } = spawnSync('go', ['mod', 'tidy'], { cwd: folder, env: { ...process.env, ...env } });
  return status === 0 ? { folder, env } : undefined;
}

/** The example with what Debian has packaged: a client that is told in Go where the service is. */
function layOutDebian(): Laid | undefined {
  if (!existsSync(DEBIAN_SDK) || spawnSync('go', ['version']).status !== 0) return;
  const { root, folder } = layOut('src/example.com/stages');
  rmSync(join(folder, 'go.mod'));
  const file = join(folder, 'stages_test.go');
  const text = readFileSync(file, 'utf8')
    .replace('NewFromConfig(loaded)', OLD_CLIENT)
    .replace('\t"context"\n', '\t"context"\n\t"os"\n');
  writeFileSync(file, text);
  const paths = [root, DEBIAN_GOPATH].join(delimiter);
  return { folder, env: { GO111MODULE: 'off', GOPATH: paths, GOCACHE: join(root, 'cache') } };
}

test('what docs/other-languages.md shows of Go is in its example', () => {
  const example = readdirSync(EXAMPLE).map((file) => readFileSync(join(EXAMPLE, file), 'utf8'));
  const shown = snippets('docs/other-languages.md').filter(({ lang }) => lang === 'go');
  expect(shown).toHaveLength(2);
  for (const { text } of shown)
    expect(
      example.some((file) => file.includes(text)),
      text,
    ).toBe(true);
});

test('the example for Go records once, replays, and takes back what a failed test recorded', async (context) => {
  const laid = layOutModule() ?? layOutDebian();
  context.skip(laid === undefined, 'there is no Go here, or no AWS SDK for it');
  const { folder, env } = laid as Laid;
  const service = await startService();
  const go = (line: string, more: Record<string, string> = {}) => {
    const command = `test -z "$(gofmt -l .)" && go vet . && '${process.execPath}' '${resolve('dist/cli/main.js')}' ${line}`;
    return runProgram('sh', ['-c', command], { ...env, ...more }, folder);
  };
  const recorded = () => readdirSync(join(folder, 'cassettes')).sort();

  writeFileSync(join(folder, 'fails_test.go'), FAILING);
  const failed = await go('record -- go test -count=1 .', recordingVariables(service));
  expect(failed.status, failed.stderr).toBe(1);
  expect(failed.stdout).toMatch(/restage: .*"outcome":"recorded"/);
  expect(failed.stdout).toContain('it failed: [beta prod] <nil>');
  const names = [/^testliststhestages\./, /^testsurvivesathrottle\./];
  expect(recorded()).toEqual(names.map((name) => expect.stringMatching(name)));

  rmSync(join(folder, 'fails_test.go'));
  await service.close();
  const replayed = await go('replay --fail-on-miss -- go test -count=1 -v .');
  expect(replayed.status, replayed.stdout + replayed.stderr).toBe(0);
  expect(replayed.stdout.match(/^--- PASS/gm)).toHaveLength(2);
});
