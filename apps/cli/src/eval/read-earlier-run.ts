import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvalDocument, EvalItemResult } from '@assay/contracts';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';

/** What a comparison needs of an `eval.json`; the rest of it may be of any age. */
const { schema, createdAt, modelSet } = EvalDocument.shape;
const { id, fake, verdict, probability } = EvalItemResult.shape;
const EarlierRun = z.object({
  ...{ schema, createdAt, modelSet },
  items: z.array(z.object({ id, fake, verdict, probability })),
});
export type EarlierRun = z.infer<typeof EarlierRun>;

/**
 * Reads the run that `--compare` names: the folder given to its `--out`, or the `eval.json` in it.
 *
 * @throws CliError (usage) when there is no such file, or when it is no evaluation
 */
export async function readEarlierRun(path: string): Promise<EarlierRun> {
  const usage = (why: string): CliError => new CliError(`--compare ${path}: ${why}`, ExitCode.usage);
  const folder = (await stat(path).catch(() => null))?.isDirectory();
  const text = await readFile(folder ? join(path, 'eval.json') : path, 'utf8').catch(() => {
    throw usage(folder ? 'the folder has no eval.json' : 'cannot be read');
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw usage('is not JSON');
  }
  const run = EarlierRun.safeParse(document);
  if (run.success) return run.data;
  const [issue] = run.error.issues;
  throw usage(`is not a run of assay eval (${issue?.path.join('.') || 'document'}: ${issue?.message})`);
}
