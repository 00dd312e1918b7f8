import { type SentinelConnectionOptions, SentinelConnector } from 'ioredis';

/** What the driver's connector keeps to itself. */
interface Inside {
  failoverDetector: { isDisconnected: boolean; cleanup(): void } | null;
  stream?: { end(): void };
}

/**
 * The driver's way to a master by its sentinels, but that a failover told while it is looking for the new master does not end the
 * search: the driver takes that for a `disconnect` by its user, and the client is closed for good ("Connection is closed."). Found
 * by the trial in test/faults/redis-failover.e2e.spec.ts, in up to half of the failovers on a busy machine.
 */
export class SteadySentinelConnector extends SentinelConnector {
  /** @param options of the client that is made, which the driver hands over untyped */
  constructor(options: unknown) {
    super(options as SentinelConnectionOptions);
  }

  override disconnect(): void {
    const inside = this as unknown as Inside;
    const detector = inside.failoverDetector;
    // Only the detector says so before it calls this; a user's `disconnect` does not.
    if (!detector?.isDisconnected) return super.disconnect();
    inside.failoverDetector = null;
    detector.cleanup();
    // The connection to the old master, if there still is one: its end makes the client connect anew.
    inside.stream?.end();
  }
}
