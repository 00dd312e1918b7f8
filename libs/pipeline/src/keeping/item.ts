import type { MediaId, TenantId } from '@assay/contracts';

/** What one tenant has of one file: the unit that is kept, held and deleted. */
export interface Item {
  media: MediaId;
  tenant: TenantId;
}

/** By which a kept answer that tells of media or a scan is found: media of the same bytes have one id for all tenants. */
export const answerAbout = (tenant: TenantId, id: string): string => `${tenant}.${id}`;
