import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryAttempt, DeliveryRecord, ReceiverId } from '@assay/contracts';
import type { Queue } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { JobGate } from '../lanes/job-gate';
import type { Logger } from '../log';
import { queueSettings } from '../queues';
import { eventAndTimeOf } from './delivery-id';

/**
 * Deliveries to one receiver at the same time, in the whole fleet: a quarter of a courier's hands, and some 290 a second where a delivery
 * takes 100 ms of the receiver and 120 ms of the store.
 */
export const mostInFlight = 64;
/** To one that takes its time. A receiver that swallows what it gets holds a place for as long as a request may take. */
export const fewInFlight = 4;
/** Who takes this long for an answer, or gives none, gets few at once, ms. */
const slowMs = 5_000;
/** Unless an answer shows before that it is quick again: longer than most pauses between tries, ms. */
const slowKeptMs = 24 * 3_600_000;

/** A receiver that is dead for days has thousands aside: each that comes back by itself costs a courier a moment, and what is called does not wait for this, ms. */
const heldMs = 900_000;
const leaseMs = queueSettings.deliver.deadlineMs + queueSettings.deliver.lockMs;
/** A Redis that fails over is back within them. Then the lease ends the place, ms. */
const leavePausesMs = [250, 1_000, 4_000];

const idDigits = 24;

/** Whose places a delivery takes: those of its webhook, or of all callbacks of the tenant that lead to the same server. */
export type Receiver = string & { readonly receiver: unique symbol };

/** @returns null for a callback: each scan has its own, and where it leads is in its record */
export const receiverOfWebhook = (id: ReceiverId): Receiver | null => (id.startsWith('cb_') ? null : (id as Receiver));

export function receiverOf({ tenant, webhook, url }: Pick<DeliveryRecord, 'tenant' | 'webhook' | 'url'>): Receiver {
  if (url === undefined) return webhook as Receiver;
  const server = createHash('sha256').update(JSON.stringify([tenant, new URL(url).origin]));
  return `callbacks.${server.digest('hex').slice(0, idDigits)}` as Receiver;
}

/**
 * Keeps one receiver's deliveries from taking all hands: what is over its places waits aside, without using up a try, and is called when
 * one is free, the oldest event first. A place is held for as long as a request takes, so a receiver that is slow gets few.
 */
export class ReceiverGate {
  private readonly gate: JobGate;

  constructor(
    private readonly redis: Redis | Cluster,
    private readonly prefix: string,
    queue: Pick<Queue, 'getJob'>,
  ) {
    this.gate = new JobGate(redis, prefix, queue, { leaseMs, heldMs });
  }

  /** @throws LaterError when all places of the receiver are taken; what the work threw */
  async run(
    job: { id: string; delivery: string },
    receiver: Receiver,
    log: Logger,
    work: () => Promise<void>,
  ): Promise<void> {
    const most = (await this.redis.exists(this.slowKey(receiver))) ? fewInFlight : mostInFlight;
    const order = Number(eventAndTimeOf(job.delivery).ms);
    await this.gate.enter(job.id, groupOf(receiver), { most, order });
    try {
      await work();
    } finally {
      await this.leave(job.id, receiver, log);
    }
  }

  /** Learns from how a try went how many the receiver gets. A courtesy: a try that has been made does not fail by it. */
  async note(
    receiver: Receiver,
    { milliseconds, status }: Pick<DeliveryAttempt, 'milliseconds' | 'status'>,
  ): Promise<void> {
    const key = this.slowKey(receiver);
    if (milliseconds >= slowMs) await this.redis.set(key, '', 'PX', slowKeptMs).catch(() => undefined);
    else if (status !== null) await this.redis.del(key).catch(() => undefined);
  }

  /** The delivery is gone: nothing names it any more. */
  forget(job: string, receiver: Receiver): Promise<void> {
    return this.gate.forget(job, groupOf(receiver));
  }

  private async leave(job: string, receiver: Receiver, log: Logger): Promise<void> {
    for (const pauseMs of leavePausesMs) {
      try {
        return await this.gate.leave(job, groupOf(receiver));
      } catch {
        await sleep(pauseMs);
      }
    }
    log.warn({ receiver }, 'a place of its receiver was not given back');
  }

  private slowKey(receiver: Receiver): string {
    return `${this.prefix}:slow:${receiver}`;
  }
}

const groupOf = (receiver: Receiver): string => `deliver:${receiver}`;
