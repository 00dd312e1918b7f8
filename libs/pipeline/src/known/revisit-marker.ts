import type { Decision, MediaId, TenantId } from '@assay/contracts';
import { z } from 'zod';

/**
 * What the marker of a revisit says beside its name: scans that spoke of something which is gone; how far a revisit of very many has come, in
 * the order of their ids; and whether any of those behind it has to be looked at again.
 */
export const RevisitMarker = z.object({
  heirs: z.array(z.string()).optional(),
  cursor: z.string().optional(),
  again: z.boolean().optional(),
});
export type RevisitMarker = z.infer<typeof RevisitMarker>;

/** What the marker of a revisit is called: by this its consequences are found. */
const namePattern = /^([a-z0-9_-]+)\.(?:m\.([0-9a-f]{64})\.(\d{8}-[0-9a-f]{8}|gone)|l\.(kl_[0-9a-f]{24}))$/;

/** Those of one media item. */
export const revisitsOf = (tenant: TenantId, media: MediaId): string => `${tenant}.m.${media}.`;
/** One for each decision. */
export const revisitNameOf = ({ tenant, media, id }: Pick<Decision, 'tenant' | 'media' | 'id'>): string =>
  `${revisitsOf(tenant, media)}${id}`;
/** Media that is not known any more. */
export const goneNameOf = (tenant: TenantId, media: MediaId): string => `${revisitsOf(tenant, media)}gone`;
/** A list that was removed. */
export const listRevisitNameOf = (scope: string, list: string): string => `${scope}.l.${list}`;

/** What a name is about; `decision` is null where the media is gone. Null for what is no name. */
export function parseRevisitName(
  name: string,
): { scope: string; media: MediaId; decision: string | null } | { scope: string; list: string } | null {
  const [, scope = '', media, what = '', list] = namePattern.exec(name) ?? [];
  if (media) return { scope, media, decision: what === 'gone' ? null : what };
  return list ? { scope, list } : null;
}
