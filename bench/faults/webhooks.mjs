import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../test/support/dist/receiver.js';
import { ask } from './submissions.mjs';

const pollMs = 100;

/** A receiver outside of the service, which therefore outlives all of its deaths, and what it was told of each scan. */
export async function openWebhooks() {
  const receiver = await startReceiver();
  return {
    env: { ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8' },
    async register(service) {
      const body = JSON.stringify({ url: receiver.url });
      await ask(service, '/v1/webhooks', () => ({
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'the-webhook-of-the-trials' },
        body,
      }));
    },
    /**
     * @param scans that have their verdict
     * @param patienceMs a delivery that is not there after this is lost
     * @returns faults: scans that no message came for, and those that came under more than one id. Messages that came again
     *   under the id they had before are none: a receiver that died with its answer on the way has to get them again.
     */
    async count(scans, patienceMs) {
      for (const until = Date.now() + patienceMs; Date.now() < until; await sleep(pollMs)) {
        const told = idsByScan(receiver.received);
        if (scans.every((scan) => told.has(scan))) break;
      }
      const told = idsByScan(receiver.received);
      const ids = scans.flatMap((scan) => [...(told.get(scan) ?? [])]);
      return {
        faults: {
          untoldVerdicts: scans.filter((scan) => !told.has(scan)).length,
          doubleWebhooks: scans.filter((scan) => (told.get(scan)?.size ?? 0) > 1).length,
        },
        figures: { webhooks: ids.length, sentAgain: receiver.received.length - ids.length },
      };
    },
    close: () => receiver.close(),
  };
}

/** Delivery ids by scan. */
function idsByScan(received) {
  const told = new Map();
  for (const { headers, body } of received) {
    const { scan } = JSON.parse(body).data;
    told.set(scan, (told.get(scan) ?? new Set()).add(headers['webhook-id']));
  }
  return told;
}
