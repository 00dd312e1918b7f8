import type { ScanEvent } from '@assay/contracts';
import { EventFeed } from './event-feed';

const never = new AbortController().signal;
const event = (percent: number, part: Partial<ScanEvent> = {}): ScanEvent => ({
  scan: `sc_${'0'.repeat(32)}`,
  state: 'running',
  stage: 'look',
  percent,
  at: '2026-01-01T00:00:00.000Z',
  partial: null,
  verdict: null,
  ...part,
});
const partial = { probability: 0.5, faces: 1, segmentsDone: 1 };

describe('EventFeed', () => {
  it('keeps only the newest event for a slow listener, with the last answer so far', async () => {
    const feed = new EventFeed();
    feed.offer(event(10, { partial }));
    feed.offer(event(20));
    expect(await feed.next(1, never)).toMatchObject({ percent: 20, partial });
    expect(await feed.next(1, never)).toBeNull();
  });

  it('drops what is repeated or out of date, before and after it was told', async () => {
    const feed = new EventFeed();
    feed.offer(event(20));
    feed.offer(event(10));
    expect(await feed.next(1, never)).toMatchObject({ percent: 20 });
    feed.offer(event(20));
    feed.offer(event(5, { state: 'queued' }));
    expect(await feed.next(1, never)).toBeNull();
  });

  it('never loses the end', async () => {
    const feed = new EventFeed();
    feed.offer(event(40));
    feed.offer(event(40, { state: 'failed' }));
    feed.offer(event(50));
    expect(await feed.next(1, never)).toMatchObject({ state: 'failed' });
  });

  it('wakes a listener that waits, and lets go of one that leaves', async () => {
    const feed = new EventFeed();
    const waiting = feed.next(60_000, never);
    feed.offer(event(1));
    expect(await waiting).toMatchObject({ percent: 1 });
    const leaving = new AbortController();
    const left = feed.next(60_000, leaving.signal);
    leaving.abort();
    expect(await left).toBeNull();
  });
});
