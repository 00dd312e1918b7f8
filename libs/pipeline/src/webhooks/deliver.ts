import { type AttemptOutcome, type DeliverJob, type DeliveryAttempt, type DeliveryRecord } from '@assay/contracts';
import { type AddressSettings, FetchMediaError, postMessage } from '@assay/fetch-media';
import { LaterError } from '../errors';
import { eventKeyOf } from '../events/event-id';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { writeStored } from '../stored';
import { callbackKeyOf, endCallback } from './callback-records';
import { deliverJobId, findDelivery, removeDelivery } from './deliveries';
import { noteReached, wasReachedSince } from './reached';
import { type ReceiverGate, receiverOf, receiverOfWebhook } from './receiver-gate';
import { pauseBefore } from './schedule';
import { callbackSecrets, liveSecrets, type SecretHolder } from './secrets';
import { signedHeaders } from './sign-message';
import { msUntilDue } from './until-due';
import { disableWebhook, findWebhook } from './webhooks';

/** The specification asks for 15 to 30 s, ms. */
const timeoutMs = 20_000;
/** Tries that a record keeps: two series whole. */
const attemptsKept = 20;

export type DeliverPorts = Pick<Ports, 'store' | 'log'> & {
  sending: AddressSettings;
  /** Bounds what is under way to one receiver; none without it. */
  receivers?: ReceiverGate;
  /** True = this try is to reach nobody; in mock mode. */
  isLost?: (record: DeliveryRecord, signal: AbortSignal) => Promise<boolean>;
};

/** How a try ended, and whether the delivery has ended with it. */
export interface Tried {
  outcome: AttemptOutcome;
  state: DeliveryRecord['state'];
}

type OnTried = (tried: Tried) => void;

/**
 * One try of a delivery. What came of it is written before anything else: who does the job again, after a crash, goes on
 * from there, and a receiver may get an event twice but never loses one.
 *
 * @param onTried told before the wait for the next try begins
 * @throws LaterError when another try is due later, or enough is under way to the receiver
 */
export async function deliver(
  job: Pick<DeliverJob, 'webhook' | 'delivery'>,
  ports: DeliverPorts,
  signal: AbortSignal,
  onTried: OnTried = () => undefined,
): Promise<void> {
  const { webhook, delivery } = job;
  const { store, log, receivers } = ports;
  const find = (): Promise<DeliveryRecord | null> => findDelivery(webhook, delivery, store, signal);
  const tryIt = (record: DeliveryRecord | null) => tryDelivery(job, record, ports, signal, onTried);
  if (!receivers) return tryIt(await find());
  const place = { id: deliverJobId(webhook, delivery), delivery };
  const known = receiverOfWebhook(webhook);
  if (known) return receivers.run(place, known, log, async () => tryIt(await find()));
  const record = await find();
  return record ? receivers.run(place, receiverOf(record), log, () => tryIt(record)) : tryIt(record);
}

async function tryDelivery(
  { webhook, delivery }: Pick<DeliverJob, 'webhook' | 'delivery'>,
  record: DeliveryRecord | null,
  ports: DeliverPorts,
  signal: AbortSignal,
  onTried: OnTried,
): Promise<void> {
  const { store } = ports;
  if (record?.state === 'pending') {
    const early = msUntilDue(record);
    if (early > 0) throw new LaterError(early);
    const tried = await tryOnce(record, ports, signal);
    onTried({ outcome: tried.attempts.at(-1)?.outcome ?? 'disabled', state: tried.state });
    if (await isGone(tried, ports, signal)) return removeDelivery(webhook, delivery, store, signal);
    if (tried.state === 'delivered' && tried.url === undefined) await noteReached(tried.tenant, webhook, store, signal);
    // Also where its time has come already, as writing took so long: without job and marker it would never be tried again.
    if (tried.state === 'pending') throw new LaterError(msUntilDue(tried));
  }
  await store.delete(keys.pendingDelivery(webhook, delivery), signal);
}

async function tryOnce(record: DeliveryRecord, ports: DeliverPorts, signal: AbortSignal): Promise<DeliveryRecord> {
  const startedAt = Date.now();
  const { retryAfter, ...sent } = await send(record, ports, signal);
  const now = Date.now();
  const attempt: DeliveryAttempt = {
    number: record.tries + 1,
    at: new Date(startedAt).toISOString(),
    milliseconds: Math.max(0, now - startedAt),
    ...sent,
  };
  const next = nextTry(record, attempt, retryAfter, now);
  const tried: DeliveryRecord = {
    ...record,
    tries: attempt.number,
    attempts: [...record.attempts, attempt].slice(-attemptsKept),
    state: sent.outcome === 'delivered' ? 'delivered' : next === null ? 'failed' : 'pending',
    nextAttemptAt: next,
  };
  if (tried.state === 'failed' && record.url === undefined) await disableWhereDead(tried, sent.outcome, ports, signal);
  if (sent.outcome === 'gone' && record.url !== undefined)
    await endCallback(record.webhook, record.eventId, ports.store, signal);
  await writeStored(ports.store, keys.delivery(record.webhook, record.id), tried, { ifAbsent: false }, signal);
  const { tenant, webhook, eventId: event } = record;
  ports.log.info({ tenant, webhook, event, ...attempt, state: tried.state }, 'webhook');
  await ports.receivers?.note(receiverOf(record), attempt);
  return tried;
}

/**
 * Switches a webhook off that says that it is gone, or whose receiver was not reached once while all tries of this delivery
 * failed: else whoever has left keeps three days of a tenant's events on their way.
 */
async function disableWhereDead(
  { tenant, webhook, attempts, seriesBegan }: DeliveryRecord,
  outcome: AttemptOutcome,
  { store, log }: DeliverPorts,
  signal: AbortSignal,
): Promise<void> {
  if (outcome === 'disabled') return;
  const first = attempts.find(({ number }) => number === seriesBegan + 1);
  const since = first ? Date.parse(first.at) : Date.now();
  if (outcome !== 'gone' && (await wasReachedSince(since, webhook, store, signal))) return;
  const because = outcome === 'gone' ? 'gone' : 'failing';
  await disableWebhook(webhook, because, store, signal);
  log.warn({ tenant, webhook, because }, 'a webhook is switched off');
}

const lastOutcomes: ReadonlySet<AttemptOutcome> = new Set<AttemptOutcome>(['delivered', 'gone', 'disabled']);

function nextTry(
  { seriesBegan }: DeliveryRecord,
  { number, outcome }: DeliveryAttempt,
  retryAfter: string | null,
  now: number,
): string | null {
  const pause = lastOutcomes.has(outcome) ? null : pauseBefore(number - seriesBegan, retryAfter, now);
  return pause === null ? null : new Date(now + pause).toISOString();
}

interface Sent {
  outcome: AttemptOutcome;
  status: number | null;
  retryAfter: string | null;
}

async function send(record: DeliveryRecord, ports: DeliverPorts, signal: AbortSignal): Promise<Sent> {
  const { event } = record;
  if (await ports.isLost?.(record, signal)) return { outcome: 'unreachable', status: null, retryAfter: null };
  const place = await placeOf(record, ports, signal);
  // Without a body to tell of: whoever deleted it deletes this record too.
  if (!place) return { outcome: 'disabled', status: null, retryAfter: null };
  const secrets = await secretKeysOf(place.signedBy, ports, signal);
  // Deleted in this moment: nothing goes out without a signature.
  if (secrets.length === 0) return { outcome: 'disabled', status: null, retryAfter: null };
  const body = Buffer.from(JSON.stringify(event));
  const headers = {
    'content-type': 'application/json',
    ...signedHeaders(event.id, body, secrets, Date.now()),
  };
  try {
    const { status, retryAfter } = await postMessage(
      place.url,
      { headers, body },
      { ...ports.sending, timeoutMs },
      signal,
    );
    return { outcome: outcomeOf(status), status, retryAfter };
  } catch (error) {
    if (!(error instanceof FetchMediaError)) throw error;
    const { code } = error;
    const outcome = code === 'not_allowed' || code === 'timeout' ? code : 'unreachable';
    return { outcome, status: null, retryAfter: null };
  }
}

function outcomeOf(status: number): AttemptOutcome {
  if (status >= 200 && status < 300) return 'delivered';
  return status === 410 ? 'gone' : 'refused';
}

/** Where it leads at this time, and whose secrets sign it. @returns null where nothing is to be sent any more */
async function placeOf(
  { tenant, webhook, eventId, url }: DeliveryRecord,
  { store }: DeliverPorts,
  signal: AbortSignal,
): Promise<{ url: string; signedBy: SecretHolder } | null> {
  if (url === undefined) {
    const found = await findWebhook(tenant, webhook, store, signal);
    return found?.enabled ? { url: found.url, signedBy: webhook } : null;
  }
  const callback = await store.stat(callbackKeyOf(webhook, eventId), signal);
  return callback && { url, signedBy: callbackSecrets(tenant) };
}

async function secretKeysOf(webhook: SecretHolder, { store }: DeliverPorts, signal: AbortSignal): Promise<string[]> {
  return (await liveSecrets(webhook, store, signal)).map(({ key }) => key);
}

/** Deleted while it was sent, by itself or with its media: what was just written must not stay. */
async function isGone({ tenant, webhook, eventId, url }: DeliveryRecord, { store }: DeliverPorts, signal: AbortSignal) {
  const event = eventKeyOf(eventId);
  const receiver = url === undefined ? keys.webhook(tenant, webhook) : callbackKeyOf(webhook, eventId);
  const needed = [receiver, ...(event ? [event] : [])];
  const found = await Promise.all(needed.map((key) => store.stat(key, signal)));
  return found.includes(null);
}
