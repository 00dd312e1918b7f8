import type { MediaRecord } from '@assay/contracts';

export interface Intake {
  media: MediaRecord;
  /** False: the tenant had the same content before, under the name given then. */
  created: boolean;
}
