import type { MediaLimits, Policy } from '@assay/contracts';
import type { ModelSet } from '@assay/forensics';
import type { CredentialsOptions } from '@assay/provenance';
import type { ObjectStore, ScanIndex, TallyStore } from '@assay/storage';
import type { Outbox } from './events/outbox-port';
import type { Known } from './known/known';
import type { Logger } from './log';
import type { MediaFiles } from './media-files';
import type { ModelSets } from './model-sets/model-sets';
import type { RolloutReader } from './model-sets/rollout-reader';
import type { Quotas } from './quotas/quotas';
import type { VerdictSigner } from './signing/sign-verdict';

/** The outside world as the stages see it. One set per process; stages keep no state of their own. */
export interface Ports {
  store: ObjectStore;
  index: ScanIndex;
  /** The set that this process was installed with; which one judges a scan is in its record. */
  models: ModelSet;
  /** Every set that this process can run. */
  modelSets: ModelSets;
  /** Which set judges what. */
  rollout: RolloutReader;
  /** Media as local files, shared by the segments of one scan. */
  mediaFiles: MediaFiles;
  limits: MediaLimits;
  /** How Content Credentials are read. */
  credentials: CredentialsOptions;
  policies: ReadonlyMap<string, Policy>;
  /** Versions of what computed the numbers, for `method.tools`; asked once. */
  tools(signal: AbortSignal): Promise<Record<string, string>>;
  log: Logger;
  /** Counts of scores, for drift; absent where there is no Redis. */
  tallies?: TallyStore;
  /** Tells what happened to scans; absent where nobody can be told (`assay scan`). */
  outbox?: Outbox;
  /** What is known of media; absent where nothing is to be looked up. */
  known?: Known;
  /** Signs verdicts; absent where there is no key. */
  signer?: VerdictSigner;
  /** What tenants may bring in; absent where there is one person (`assay scan`). */
  quotas?: Quotas;
  /** Mock mode: fixed verdicts in place of the work, see `mockScan`. */
  mock?: boolean;
}
