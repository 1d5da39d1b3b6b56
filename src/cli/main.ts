#!/usr/bin/env node
import nodeModule from 'node:module';
import { readVersion } from '../version.ts';

// Nothing is imported up here that some runs can do without: what a person waits for first is the start.
const args = process.argv.slice(2);
if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`${readVersion()}\n`);
} else {
  // Node 22.8 and newer keep what they have compiled for the next run; where the cache cannot be written, all goes on.
  (nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();
  void import('./program.ts').then(({ runProgram }) => runProgram(args));
}
