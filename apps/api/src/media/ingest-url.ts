import type { IngestUrl, Outcome } from '@assay/contracts';
import { fetchMedia, type FetchMediaSettings, nameOfUrl } from '@assay/fetch-media';
import { intake, type Intake, type Ports } from '@assay/pipeline';

/**
 * Takes media in from an address: hashed and stored while it comes, like an upload. The address itself is not kept,
 * since signed ones hold a secret.
 *
 * @throws FetchMediaError
 */
export function ingestUrl(
  { url, name }: IngestUrl,
  settings: FetchMediaSettings,
  ports: Pick<Ports, 'store' | 'limits'>,
  signal: AbortSignal,
): Promise<Outcome<Intake>> {
  return fetchMedia(url, settings, (body) => intake(body, { name: name ?? nameOfUrl(url) }, ports, signal), signal);
}
