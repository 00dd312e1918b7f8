import type { MediaRecord, TenantId } from '@assay/contracts';

/** Longest name kept, characters. */
const maxNameLength = 255;

/** @param name as the uploader gave it: only its base name is kept, without control characters */
export function mediaRecordFor(id: string, tenant: TenantId, bytes: number, name: string | null): MediaRecord {
  return { schema: 'assay.media/1', id, tenant, bytes, name: baseName(name), createdAt: new Date().toISOString() };
}

/** Names come from any system, so both kinds of slash separate folders. */
export function baseName(name: string | null): string | null {
  const base = name
    ?.split(/[/\\]/)
    .pop()
    ?.replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, maxNameLength);
  return base ? base : null;
}
