#!/usr/bin/env node
import { readVersion } from '../version.ts';
import { enableCompileCache } from './compile-cache.ts';

// Nothing is imported up here that some runs can do without: what a person waits for first is the start.
const args = process.argv.slice(2);
if (args.length === 1 && args[0] === '--version') {
  process.stdout.write(`${readVersion()}\n`);
} else {
  enableCompileCache();
  void import('./program.ts').then(({ runProgram }) => runProgram(args));
}
