import { MediaId, ScanId } from '@assay/contracts';

/** The object layout. Everything derived from one scan lies under one prefix, so that deletion misses nothing. */
export const keys = {
  media: (media: MediaId) => `media/${media}`,
  /** Present = the media exists. Deleted first when media is deleted, which tells running work to stop. */
  mediaRecord: (media: MediaId) => `media/${media}.json`,
  /** Back-references from media to its scans: deletion finds them even when the index was lost. */
  mediaScans: (media: MediaId) => `media/${media}.scans/`,
  mediaScan: (media: MediaId, scan: ScanId) => `media/${media}.scans/${scan}`,
  uploads: 'uploads/',
  upload: (uuid: string) => `uploads/${uuid}`,
  /** One marker per unfinished scan: the sweeper lists these and not every scan ever made. */
  openScans: 'open/',
  openScan: (scan: ScanId) => `open/${scan}`,
  scan: (scan: ScanId) => `scans/${scan}/`,
  record: (scan: ScanId) => `scans/${scan}/record.json`,
  policy: (scan: ScanId) => `scans/${scan}/policy.json`,
  probe: (scan: ScanId) => `scans/${scan}/probe.json`,
  plan: (scan: ScanId) => `scans/${scan}/plan.json`,
  segment: (scan: ScanId, segment: number) => `scans/${scan}/segments/${segment}.json`,
  verdict: (scan: ScanId) => `scans/${scan}/verdict.json`,
  evidence: (scan: ScanId, name: string) => `scans/${scan}/evidence/${name}`,
};
