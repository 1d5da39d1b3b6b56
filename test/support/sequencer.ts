import { readFileSync } from 'node:fs';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const STARTS_PROGRAMS = /\/support\/(?:cli|clients)\.ts'/;

/** Puts the files that start programs first, which take longest: none of them is to run alone in the end. */
export class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rankOf(a) - rankOf(b));
  }
}

/** Those that run in a process of their own stay before those that share one. */
function rankOf({ project, moduleId }: TestSpecification): number {
  if (project.config.isolate) return 0;
  return STARTS_PROGRAMS.test(readFileSync(moduleId, 'utf8')) ? 1 : 2;
}
