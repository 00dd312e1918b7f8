import { Inject, Injectable } from '@nestjs/common';
import type { CreateScan, CreateScanBatch, ScanBatch, ScanBatchResult } from '@assay/contracts';
import { inLanes, type Logger, underAny } from '@assay/pipeline';
import { type RateRule, spendOne } from '../auth/limit-rate';
import type { Principal } from '../auth/principal';
import type { ProblemError } from '../problems/problem-error';
import { problemOf } from '../problems/problem-of';
import { CLOSING, LOG, RATES } from '../tokens';
import { ScanSubmitter } from './scan-submitter';

/** Items that are worked on at a time: a store far away answers each in a few round trips. */
const lanes = 8;

/** Many scans in one request. Each item is asked for as if it had come alone: same rates, same quotas, same refusals. */
@Injectable()
export class ScanBatches {
  constructor(
    private readonly submitter: ScanSubmitter,
    @Inject(RATES) private readonly rates: readonly RateRule[],
    @Inject(LOG) private readonly log: Logger,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  /** Items are taken up in their order. @returns what became of each, in the same order; a refusal never ends the others */
  async submit(caller: Principal, { items, defaults = {} }: CreateScanBatch): Promise<ScanBatch> {
    const results: ScanBatchResult[] = [];
    const submitItem = async ([at, item]: [number, CreateScan]) => {
      results[at] = await this.one(caller, { ...defaults, ...present(item) }, at > 0);
    };
    await underAny([this.closing], (signal) => inLanes([...items.entries()], lanes, submitItem, signal));
    const accepted = results.filter(({ scan }) => scan !== null).length;
    return { accepted, refused: results.length - accepted, results };
  }

  /** @param counts the first item was counted as the request that brought it */
  private async one(caller: Principal, item: CreateScan, counts: boolean): Promise<ScanBatchResult> {
    const { media } = item;
    try {
      if (counts) {
        const spent = await spendOne(this.rates, caller);
        if (spent.refusal) throw spent.refusal;
      }
      const { scan, created } = await this.submitter.submit(caller.tenant, item);
      return { media, status: created ? 202 : 200, scan, problem: null, retryAfterSeconds: null };
    } catch (error) {
      this.closing.throwIfAborted();
      const refusal = problemOf(error);
      const { problem } = refusal;
      if (problem.status >= 500) this.log.error({ media, problem: problem.type, err: error }, 'item of a batch failed');
      return { media, status: problem.status, scan: null, problem, retryAfterSeconds: pauseOf(refusal) };
    }
  }
}

/** Whether the same batch may go better another time: then its answer is not one to keep. */
export const mayGoBetter = ({ results }: ScanBatch): boolean =>
  results.some(({ status }) => status === 429 || status >= 500);

/** An option that is not there must not hide the default. */
const present = (item: CreateScan): CreateScan =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as CreateScan;

function pauseOf({ headers }: ProblemError): number | null {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) ? seconds : null;
}
