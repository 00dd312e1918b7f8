import type { EventId, KnownListId, MediaId, ScanId } from '@assay/contracts';

/** Scope of lists that an operator shares with all tenants; no tenant can be named so. */
export const sharedScope = '_shared';

/**
 * What is known of media, apart from the media themselves. A scope is a tenant, or `sharedScope`. What is said of a media
 * item lies under one prefix, so that forgetting it misses nothing.
 */
export const knownKeys = {
  all: 'known/',
  allMedia: (scope: string) => `known/${scope}/media/`,
  media: (scope: string, media: MediaId) => `known/${scope}/media/${media}/`,
  /** Its looks, and what the last scan said. */
  record: (scope: string, media: MediaId) => `known/${scope}/media/${media}/record.json`,
  decisions: (scope: string, media: MediaId) => `known/${scope}/media/${media}/decisions/`,
  decision: (scope: string, media: MediaId, id: string) => `known/${scope}/media/${media}/decisions/${id}.json`,
  /** Scans of other media that say something of this one: what has to be looked at again when that changes. */
  heirs: (scope: string, media: MediaId) => `known/${scope}/media/${media}/heirs/`,
  heir: (scope: string, media: MediaId, scan: ScanId) => `known/${scope}/media/${media}/heirs/${scan}`,
  lists: (scope: string) => `known/${scope}/lists/`,
  list: (scope: string, list: KnownListId) => `known/${scope}/lists/${list}/record.json`,
  listRows: (scope: string, list: KnownListId) => `known/${scope}/lists/${list}/rows.json`,
  listPrefix: (scope: string, list: KnownListId) => `known/${scope}/lists/${list}/`,
  listHeirs: (scope: string, list: KnownListId) => `known/${scope}/lists/${list}/heirs/`,
  listHeir: (scope: string, list: KnownListId, scan: ScanId) => `known/${scope}/lists/${list}/heirs/${scan}`,
  /** One marker for each list that is just being made ready to be compared with. */
  fillings: 'filling/',
  filling: (scope: string, list: KnownListId) => `filling/${scope}/${list}`,
  /** What was decided is told by events of the media, not of a scan. */
  events: (media: MediaId) => `decision-events/${media}/`,
  event: (media: MediaId, event: EventId) => `decision-events/${media}/${event}.json`,
  /** One marker for each change whose consequences may not all be drawn yet. */
  revisits: 'revisits/',
  revisit: (name: string) => `revisits/${name}`,
  /** What a scan has noted with others, so that it is taken back with the scan. */
  heirNotes: (scan: ScanId) => `scans/${scan}/heir-of.json`,
  /** Earlier documents of a scan whose verdict was revised, and their signatures. */
  revisions: (scan: ScanId) => `scans/${scan}/revisions/`,
  revision: (scan: ScanId, number: number) => `scans/${scan}/revisions/${number}.json`,
  revisionSignature: (scan: ScanId, number: number) => `scans/${scan}/revisions/${number}.sig.json`,
};
