import { execFileSync } from 'node:child_process';

/** Builds what the tests run as a program, so that none of them tests an older one. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
}
