import type { PublicKeySet, Verdict, VerdictSignature } from '@assay/contracts';
import { VerdictSignatureError } from './assay-error';
import { pause } from './pause';
import type { Requests } from './requests';
import { verifyVerdict } from './verify-verdict';

/** What of the client is asked. */
interface SignatureReader {
  getSignature(scan: string, signal?: AbortSignal): Promise<VerdictSignature>;
  publicKeys(signal?: AbortSignal): Promise<PublicKeySet>;
}

/** Before both are fetched again, ms; as many further tries as there are pauses. */
const pausesMs = [300, 1_000];

/**
 * A verdict and its signature, fetched one after the other. Between the two the service may have revised the verdict, and
 * two documents of different revisions look as if somebody had altered one: both are fetched again before that is said.
 */
export async function signedVerdict(
  client: SignatureReader,
  requests: Requests,
  { scan, keys }: { scan: string; keys: PublicKeySet | undefined },
  signal?: AbortSignal,
): Promise<Verdict> {
  for (let tries = 0; ; tries += 1) {
    const signature = await client.getSignature(scan, signal);
    // As it came: what this version does not know is signed too.
    const verdict = await requests.document(`/v1/scans/${encodeURIComponent(scan)}/verdict`, signal);
    try {
      return await verifyVerdict(verdict, signature, keys ?? (await client.publicKeys(signal)));
    } catch (error) {
      const pauseMs = pausesMs[tries];
      const mayBeRevised = error instanceof VerdictSignatureError && error.code === 'altered';
      if (!mayBeRevised || pauseMs === undefined) throw error;
      await pause(pauseMs, signal);
    }
  }
}
