import { writeFileSync } from 'node:fs';
import { generateRows } from './operations/rows.ts';

/** Writes the table of all operations anew from the models of the installed packages. */
writeFileSync('src/aws/apigateway/model/rows.ts', generateRows());
