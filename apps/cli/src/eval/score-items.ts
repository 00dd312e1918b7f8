import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { defaultMediaLimits, type Policy, Verdict } from '@assay/contracts';
import { scanIdFor } from '@assay/pipeline';
import { cutRegion } from '@assay/video';
import { z } from 'zod';
import { CliError } from '../exit';
import type { Scanner } from '../scan/scanner';
import type { EvalItem } from './read-csv';

/** One line of `scores.jsonl`. */
const Score = z.object({
  schema: z.literal('assay.eval-score/1'),
  key: z.string(),
  item: z.string(),
  verdict: Verdict,
});

export interface ScoreOptions {
  out: string;
  scanner: Scanner;
  policy: Policy;
  /** Items worked on at a time. */
  jobs: number;
  onDone: (done: number, reused: number) => void;
}

/**
 * Scans every item once, appending each verdict to `scores.jsonl` as it comes, so that a run that was stopped goes on
 * where it was. A verdict is known again by content, region, policy and models.
 *
 * @returns verdicts in the order of the items
 */
export async function scoreItems(
  items: readonly EvalItem[],
  { out, scanner, policy, jobs, onDone }: ScoreOptions,
  signal: AbortSignal,
): Promise<Verdict[]> {
  await mkdir(out, { recursive: true });
  const file = join(out, 'scores.jsonl');
  const known = await readScores(file);
  const work = await mkdtemp(join(tmpdir(), 'assay-eval-'));
  const verdicts: Verdict[] = [];
  let next = 0;
  let done = 0;
  let reused = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) {
      signal.throwIfAborted();
      const item = items[i]!;
      const scan = scanIdFor(await sha256Of(item.path, signal), policy, scanner.modelSet);
      const key = `${scan}#${String(item.region)}`;
      let verdict = known.get(key);
      if (verdict) reused += 1;
      else {
        verdict = await scoreOne(item, join(work, `${i}.mp4`), scanner, policy, signal);
        known.set(key, verdict);
        await appendFile(file, `${JSON.stringify({ schema: 'assay.eval-score/1', key, item: item.id, verdict })}\n`);
      }
      verdicts[i] = verdict;
      onDone((done += 1), reused);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, lane));
    return verdicts;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function scoreOne(
  item: EvalItem,
  part: string,
  scanner: Scanner,
  policy: Policy,
  signal: AbortSignal,
): Promise<Verdict> {
  let path = item.path;
  if (item.region !== 'full') {
    const fault = await cutRegion(item.path, item.region, part, defaultMediaLimits.maxPixels, signal);
    if (fault !== null) throw new CliError(`${item.id}: the region could not be cut: ${fault}`);
    path = part;
  }
  const input = { kind: 'file', name: basename(item.file), path } as const;
  const { verdict } = await scanner.scan(input, policy.id, () => undefined, signal);
  await rm(part, { force: true });
  return verdict;
}

/** A line that a killed run left half-written is scored again. */
async function readScores(file: string): Promise<Map<string, Verdict>> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const known = new Map<string, Verdict>();
  for (const line of text.split('\n')) {
    try {
      const { key, verdict } = Score.parse(JSON.parse(line));
      known.set(key, verdict);
    } catch {
      continue;
    }
  }
  if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
  return known;
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
