import { execFileSync } from 'node:child_process';

/** Builds what the tests run as a program, so that none of them tests an older one. */
export default function build(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { stdio: 'inherit' });
}
