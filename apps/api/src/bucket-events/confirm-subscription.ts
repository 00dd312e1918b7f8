import { buffer } from 'node:stream/consumers';
import { fetchMedia, FetchMediaError, type FetchMediaSettings } from '@assay/fetch-media';
import { problems } from '../problems/problems';

/** As AWS names its regions, e.g. `eu-central-1`, `us-gov-west-1`; China's end in `.cn`. */
const topicHost = /^sns\.[a-z]{2}(?:-[a-z]+)+-\d{1,2}\.amazonaws\.com(?:\.cn)?$/;
/** SNS waits 15 s for an answer, ms. */
const longestMs = 10_000;
/** Its answer is a short document that nobody reads, bytes. */
const maxBytes = 64 * 1024;

/**
 * Fetches the address by which a topic learns that it may send. It comes from a sender: only one of Amazon SNS itself, for
 * this purpose, is fetched, and no redirect is followed from there.
 *
 * @throws ProblemError 422 for any other address; 503 where SNS did not confirm: it sends its question again
 */
export async function confirmSubscription(
  address: string,
  settings: FetchMediaSettings,
  signal: AbortSignal,
  get: typeof fetchMedia = fetchMedia,
): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !isOfSns(url)) throw problems.subscriptionNotAllowed();
  const narrow = { ...settings, maxBytes, totalTimeoutMs: longestMs, redirects: 0 };
  try {
    await get(url.href, narrow, buffer, signal);
  } catch (error) {
    if (!(error instanceof FetchMediaError)) throw error;
    if (error.code === 'not_allowed') throw problems.urlRefused(error.code, error.message, 'SubscribeURL');
    throw problems.unavailable('Amazon SNS did not confirm the subscription. Send the message again.');
  }
}

/** `host` has the port where one is given, which is one too many. */
function isOfSns({ protocol, host, pathname, username, password, searchParams }: URL): boolean {
  if (protocol !== 'https:' || !topicHost.test(host) || pathname !== '/' || username || password) return false;
  return searchParams.getAll('Action').join() === 'ConfirmSubscription';
}
