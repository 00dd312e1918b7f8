import type { ScanEvent, ScanStatus, Verdict } from '@assay/contracts';
import { AssayError, ScanEndedError } from './assay-error';
import { untilAnswered } from './until-answered';

/** What of the client is asked. */
interface ScanReader {
  events(scan: string, signal?: AbortSignal): AsyncIterable<ScanEvent>;
  getScan(scan: string, signal?: AbortSignal): Promise<ScanStatus>;
  getVerdict(scan: string, signal?: AbortSignal): Promise<Verdict>;
}

/** Follows a scan to its end. What is asked at the end is asked as patiently as the events were waited for. */
export async function waitForVerdict(
  client: ScanReader,
  scan: string,
  onEvent: ((event: ScanEvent) => void) | undefined,
  signal?: AbortSignal,
): Promise<Verdict> {
  for await (const event of client.events(scan, signal)) {
    onEvent?.(event);
    if (event.state !== 'failed' && event.state !== 'cancelled') continue;
    throw new ScanEndedError(scan, event.state, await untilAnswered(() => failureOf(client, scan, signal), signal));
  }
  return untilAnswered(() => client.getVerdict(scan, signal), signal);
}

/** Null also where the scan is gone by now: who deletes media cancels its scans first. */
async function failureOf(client: Pick<ScanReader, 'getScan'>, scan: string, signal?: AbortSignal) {
  try {
    return (await client.getScan(scan, signal)).failure;
  } catch (error) {
    if (error instanceof AssayError && error.status === 404) return null;
    throw error;
  }
}
