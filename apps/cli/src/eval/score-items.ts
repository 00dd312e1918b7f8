import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { defaultMediaLimits, type Policy, Verdict } from '@assay/contracts';
import { inLanes, scanIdFor } from '@assay/pipeline';
import { makeFolder } from '@assay/storage';
import { cutRegion, joinFrames } from '@assay/video';
import { z } from 'zod';
import type { ScanInput } from '../inputs/collect-inputs';
import type { Scanned, Scanner } from '../scan/scanner';
import { keepEvidence } from './evidence-pictures';
import type { EvalItem } from './read-csv';
import { control, type Variant } from './variants';

/** One line of `scores.jsonl`. */
const Score = z.object({
  schema: z.literal('assay.eval-score/1'),
  key: z.string(),
  item: z.string(),
  /** Name of the variant, `blur:3`; absent where the item was scored as it is. */
  perturbation: z.string().optional(),
  verdict: Verdict,
});

/** An item, as it is or altered. */
export interface ScoreTask {
  item: EvalItem;
  /** Null: as it is. */
  variant: Variant | null;
}

export interface Scored {
  /** Of content, region, variant, policy and models. */
  key: string;
  verdict: Verdict;
}

export interface ScoreOptions {
  out: string;
  scanner: Scanner;
  policy: Policy;
  /** Tasks worked on at a time. */
  jobs: number;
  onDone: (done: number, reused: number) => void;
}

/**
 * Scans every task once, appending each verdict to `scores.jsonl` as it comes, so that a run that was stopped goes on
 * where it was. A verdict is known again by content, region, variant, policy and models.
 *
 * @returns verdicts in the order of the tasks
 */
export async function scoreItems(
  tasks: readonly ScoreTask[],
  { out, scanner, policy, jobs, onDone }: ScoreOptions,
  signal: AbortSignal,
): Promise<Scored[]> {
  await makeFolder(out);
  const file = join(out, 'scores.jsonl');
  const known = await readScores(file);
  const work = await mkdtemp(join(tmpdir(), 'assay-eval-'));
  const scored: Scored[] = [];
  let done = 0;
  let reused = 0;
  const digests = new Map<string, string>();
  const score = async ([i, task]: [number, ScoreTask], stop: AbortSignal): Promise<void> => {
    const { item } = task;
    // A region is cut out as the control would be: it is its own control.
    const variant = task.variant === control && item.region !== 'full' ? null : task.variant;
    // Halves of one file and the cells of the grid ask for the same digest.
    const digest = digests.get(item.path) ?? (await sha256Of(item.frames ?? [item.path], stop));
    digests.set(item.path, digest);
    const perturbation = variant?.name;
    const scan = scanIdFor(digest, policy, scanner.modelSet);
    const key = [scan, String(item.region), perturbation].filter((part) => part !== undefined).join('#');
    let verdict = known.get(key);
    if (verdict) reused += 1;
    else {
      const scanned = await scoreOne({ item, variant }, join(work, `${i}.mp4`), scanner, policy, stop);
      verdict = scanned.verdict;
      // Before the line that says it is done; altered clips are not shown.
      if (!variant) await keepEvidence(out, key, scanned);
      known.set(key, verdict);
      const line = { schema: 'assay.eval-score/1', key, item: item.id, perturbation, verdict };
      await appendFile(file, `${JSON.stringify(line)}\n`);
    }
    scored[i] = { key, verdict };
    onDone((done += 1), reused);
  };
  try {
    await inLanes([...tasks.entries()], jobs, score, signal);
    return scored;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function scoreOne(
  { item, variant }: ScoreTask,
  part: string,
  scanner: Scanner,
  policy: Policy,
  signal: AbortSignal,
): Promise<Scanned> {
  const name = basename(item.file);
  const { maxPixels } = defaultMediaLimits;
  let path = item.path;
  let fault: string | null = null;
  if (item.frames) {
    path = `${part}.joined.mp4`;
    fault = await joinFrames(item.frames, path, maxPixels, signal);
  }
  if (fault === null && (item.region !== 'full' || variant)) {
    const cut = { region: item.region, alteration: variant && variant.alteration };
    fault = await cutRegion(path, cut, part, maxPixels, signal);
    if (item.frames) await rm(path, { force: true });
    path = part;
  }
  // One broken clip among a thousand is a rejection, which counts as an abstention, and not the end of the run.
  const rejection = { code: 'corrupt', message: 'What is to be scored could not be cut out of it.' } as const;
  const input: ScanInput = fault === null ? { kind: 'file', name, path } : { kind: 'rejected', name, rejection };
  const scanned = await scanner.scan(input, policy.id, () => undefined, signal);
  if (path !== item.path) await rm(path, { force: true });
  return scanned;
}

/** A line that a killed run left half-written is scored again. */
async function readScores(file: string): Promise<Map<string, Verdict>> {
  const known = new Map<string, Verdict>();
  // Line by line: a large run's file is longer than a string may be.
  for await (const line of linesOf(file)) {
    try {
      const { key, verdict } = Score.parse(JSON.parse(line));
      known.set(key, verdict);
    } catch {
      continue;
    }
  }
  await endLastLine(file);
  return known;
}

/** Nothing where there is no such file. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await openIfThere(file);
  if (handle) yield* handle.readLines();
}

async function endLastLine(file: string): Promise<void> {
  const handle = await openIfThere(file);
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    if (size === 0) return;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    if (buffer.toString() !== '\n') await appendFile(file, '\n');
  } finally {
    await handle.close();
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function sha256Of(paths: readonly string[], signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
