import type { AssayClient } from '@assay/client';
import type { ScanNews, ToldNews } from '@assay/contracts';
import { ospreyActionOf } from './osprey-action';

/** Where Osprey listens unless `OSPREY_KAFKA_INPUT_STREAM_TOPIC` says otherwise. */
export const ospreyTopic = 'osprey.actions_input';

/** As Kafka clients take it. */
export interface OspreyMessage {
  topic: string;
  /** The media item, so that its events stay in order on one partition. */
  key: string;
  value: string;
}

export interface ForwardOptions {
  topic?: string;
  /** Cursor of the feed to go on from, and where it is kept: called when all before it was sent. */
  after?: string;
  onCursor?: (next: string) => void | Promise<void>;
}

/**
 * Hands every event of a scan to a Kafka producer of yours, oldest first and at least once, until told to stop.
 *
 * @param send resolves when the broker has the message; a failure ends the forwarding, which goes on from the last cursor
 * @throws the abort reason; what `send` threw; AssayError `events-expired` when it was away for too long
 */
export async function forwardToOsprey(
  client: Pick<AssayClient, 'feed'>,
  send: (message: OspreyMessage) => Promise<unknown>,
  { topic = ospreyTopic, after, onCursor }: ForwardOptions,
  signal?: AbortSignal,
): Promise<never> {
  for await (const event of client.feed({ after, onCursor }, signal)) {
    // Osprey's actions are about scans. What a decision means for copies follows as `verdict.revised`; for the media
    // itself nothing follows, since no verdict changes by it.
    if (!isOfScan(event)) continue;
    await send({ topic, key: event.data.media, value: JSON.stringify(ospreyActionOf(event)) });
  }
  throw new Error('The feed has ended, which it never does.');
}

const isOfScan = (event: ToldNews): event is ScanNews => 'scan' in event.data;
