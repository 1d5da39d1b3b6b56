import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type Plugin } from 'rolldown';
import { describeFaults } from '../src/chaos/catalogue.ts';
import { buildFrameworks } from './frameworks.ts';
import { writeLicences } from './licences.ts';
import { withOwnGlobals } from './own-globals.ts';
import { writeTypes } from './types.ts';

/**
 * Builds what is shipped: a bundle, so that a start reads few files and nothing that it does not need. What every run needs
 * is one chunk; what is seldom needed is a chunk of its own, loaded by whoever needs it. CommonJS, since Node.js begins
 * with that: to load ES modules takes it a seventh of a start.
 */
const OUT = 'dist';
const UNUSED_OF_YARGS =
  /[\\/]node_modules[\\/](?:yargs[\\/]lib|cliui|string-width|strip-ansi|wrap-ansi|ansi-[a-z]+|emoji-regex|y18n|escalade|get-caller-file|get-east-asian-width)[\\/]/;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

rmSync(OUT, { recursive: true, force: true });
const { output } = await build({
  input: { index: 'src/index.ts', testing: 'src/testing/testing.ts', 'cli/main': 'src/cli/main.ts' },
  platform: 'node',
  transform: { target: 'node20.19', define: { RESTAGE_VERSION: JSON.stringify(version) } },
  // Of yargs the parser alone is used: the rest of it does nothing by being loaded that anybody would miss.
  treeshake: { moduleSideEffects: [{ test: UNUSED_OF_YARGS, sideEffects: false }] },
  plugins: [withPreparedCatalogue(), withOwnGlobals()],
  output: {
    dir: OUT,
    format: 'cjs',
    entryFileNames: ({ name }) => (name === 'cli/main' ? '[name].js' : '[name].cjs'),
    chunkFileNames: 'chunks/[name]-[hash].cjs',
    sourcemap: true,
    // What is compiled at each start is the faster the less it is. Names and lines stay, for whoever reads a trace: Node.js
    // shows the line that an error comes from.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
    codeSplitting: {
      groups: [
        { name: 'version', test: /[\\/]src[\\/]version\.ts$/, priority: 3 },
        {
          name: 'commands',
          test: /[\\/]src[\\/](?:cli[\\/](?:program|arguments|errands)|errors)\.ts$/,
          priority: 2,
        },
        { name: 'restage', test: /[\\/]src[\\/](?:cli[\\/]serve|assembly[\\/]start)\.ts$/, priority: 1 },
      ],
    },
  },
});
chmodSync(join(OUT, 'cli/main.js'), 0o755);
for (const part of output) if (part.fileName.endsWith('.map')) dropOthersSources(join(OUT, part.fileName));
// The package's own says that a .js is an ES module.
writeFileSync(join(OUT, 'cli/package.json'), '{ "type": "commonjs" }\n');
for (const name of ['index', 'testing']) writeModule(name);
await buildFrameworks(OUT);
writeModule('jest', ['useRestage']);
writeModule('playwright', ['expect', 'test']);
writeTypes(join(OUT, 'types'));
writeLicences(
  join(OUT, 'THIRD-PARTY-LICENCES.txt'),
  output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : [])),
);

/** The source of libraries is theirs to publish: a map says which file and line it was. */
function dropOthersSources(path: string): void {
  const map = JSON.parse(readFileSync(path, 'utf8')) as {
    sources: string[];
    sourcesContent?: (string | null)[];
  };
  const kept = map.sourcesContent?.map((text, at) =>
    map.sources[at]?.includes('node_modules') ? null : text,
  );
  writeFileSync(path, JSON.stringify({ ...map, sourcesContent: kept }));
}

/** Whoever imports the package gets an ES module, as its types say. */
function writeModule(name: string, exported?: readonly string[]): void {
  const chunk = output.find((part) => part.type === 'chunk' && part.name === name && part.isEntry);
  const names = exported ?? (chunk?.type === 'chunk' ? chunk.exports : undefined);
  if (names === undefined) throw new Error(`the build has no ${name}`);
  writeFileSync(
    join(OUT, `${name}.js`),
    `import restage from './${name}.cjs';\nexport const { ${names.join(', ')} } = restage;\n`,
  );
}

/** What `restage faults` lists does not change: it need not be worked out by whoever asks. */
function withPreparedCatalogue(): Plugin {
  const PREPARED = '\0catalogue';
  return {
    name: 'prepared-catalogue',
    resolveId: (source, importer) =>
      basename(source) === 'catalogue.ts' && importer === resolve('src/cli/faults.ts') ? PREPARED : null,
    load: (id) =>
      id === PREPARED
        ? `const catalogue = ${JSON.stringify(describeFaults())}; export const describeFaults = () => catalogue;`
        : null,
  };
}
