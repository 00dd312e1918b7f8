/**
 * Braces are Redis Cluster's hash tags: everything of one scan lives in one slot, so that one script may touch it.
 * None of it expires: an index entry ends when its scan is deleted.
 */
export const recordKey = (id: string): string => `assay:{${id}}:record`;
export const segmentsKey = (id: string): string => `assay:{${id}}:segments`;
export const eventsChannel = (id: string): string => `assay:{${id}}:events`;
export const mediaScansKey = (media: string): string => `assay:{${media}}:scans`;
/** Sorted set, all scores 0, members from `placeOf`: Redis keeps them in time order by themselves. */
export const allScansKey = 'assay:scans';
