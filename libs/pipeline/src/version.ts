import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Beside src/ and dist/ alike. */
const packageFile = join(__dirname, '..', 'package.json');

/** Version of Assay, as written into every verdict. */
export const version = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;
