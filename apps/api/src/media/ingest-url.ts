import type { IngestUrl, Outcome, TenantId } from '@assay/contracts';
import { fetchMedia, type FetchMediaSettings, nameOfUrl } from '@assay/fetch-media';
import { intake, type Intake, type IntakeOptions, type Ports } from '@assay/pipeline';

/**
 * Takes media in from an address: hashed and stored while it comes, like an upload. The address itself is not kept,
 * since signed ones hold a secret.
 *
 * @throws FetchMediaError
 */
export function ingestUrl(
  tenant: TenantId,
  { url, name, subject }: IngestUrl,
  settings: FetchMediaSettings,
  ports: Pick<Ports, 'store' | 'limits'>,
  room: IntakeOptions['room'],
  signal: AbortSignal,
): Promise<Outcome<Intake>> {
  const take = { tenant, name: name ?? nameOfUrl(url), subject, room };
  return fetchMedia(url, settings, (body) => intake(body, take, ports, signal), signal);
}
