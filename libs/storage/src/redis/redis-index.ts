import { DecisionLabel, ScanId, ScanRecord, type ScanEvent } from '@assay/contracts';
import { placeOf } from '../list-cursor';
import {
  type AskedFields,
  askedFields,
  listScans,
  maxRecordsRead,
  type PlaceRange,
  placesInRange,
} from '../list-scans';
import { changesOf } from '../merge-scan-record';
import type { ScanIndex, ScanLabel, ScanPage, ScanPageQuery } from '../scan-index';
import { EventChannels } from './event-channels';
import { eventsChannel, labelledScansKey, mediaScansKey, recordKey, scansKey, segmentsKey } from './keys';
import { closeRedis } from './close-redis';
import { connectRedis, orUnavailable, type RedisClient } from './redis-connection';
import { defaultKeepMs, type IndexKeeping, timeLeftMs } from './index-keeping';
import type { RedisIndexSettings } from './redis-settings';
import {
  createScript,
  markSegmentDoneScript,
  publishScript,
  relabelScript,
  restoreScript,
  updateScript,
} from './scripts';

/** See `createRedisIndex`. */
export class RedisIndex implements ScanIndex {
  private readonly redis: RedisClient;
  private readonly channels: EventChannels;

  private readonly keepMs: number;

  constructor({ keepMs = defaultKeepMs, ...settings }: RedisIndexSettings & IndexKeeping) {
    this.keepMs = keepMs;
    this.redis = connectRedis(settings);
    this.channels = new EventChannels(this.redis);
  }

  async create(record: ScanRecord): Promise<'created' | 'exists'> {
    const checked = ScanRecord.parse(record);
    const created = await this.run(createScript, [recordKey(checked.id)], [this.timeOf(checked), ...fieldsOf(checked)]);
    // The lists live in other slots, so they cannot be part of the step above. They follow it, also when the record
    // was there already: a creator that died in between is made good by the one that tries again.
    const listed = created === 1 ? checked : await this.get(checked.id);
    if (listed) await this.addToLists(listed);
    return created === 1 ? 'created' : 'exists';
  }

  async restore(record: ScanRecord): Promise<'created' | 'replaced' | 'kept'> {
    const checked = ScanRecord.parse(record);
    const outcome = await this.run(
      restoreScript,
      [recordKey(checked.id)],
      [this.timeOf(checked), ...fieldsOf(checked)],
    );
    // Of the record that stayed: its label may be another.
    const listed = outcome === 1 || outcome === 2 ? checked : await this.get(checked.id);
    if (listed) await this.addToLists(listed);
    return outcome === 1 ? 'created' : outcome === 2 ? 'replaced' : 'kept';
  }

  async get(id: string): Promise<ScanRecord | null> {
    return recordOf(await orUnavailable(this.redis.hgetall(recordKey(id))));
  }

  async update(id: string, patch: Partial<ScanRecord>): Promise<ScanRecord | null> {
    const changes = changesOf(patch, new Date().toISOString());
    const reply = await this.run(updateScript, [recordKey(id)], [String(this.keepMs), ...fieldsOf(changes)]);
    return recordOf(pairsOf(reply));
  }

  async relabel(id: string, label: ScanLabel): Promise<void> {
    await this.run(relabelScript, [recordKey(id)], fieldsOf(label));
    const record = await this.get(id);
    if (record) await this.addToLists(record);
  }

  async markSegmentDone(id: string, segment: number): Promise<number> {
    const args = [String(this.keepMs), String(segment)];
    return Number(await this.run(markSegmentDoneScript, [recordKey(id), segmentsKey(id)], args));
  }

  async delete(id: string, known?: Pick<ScanRecord, 'media' | 'tenant' | 'createdAt'>): Promise<void> {
    const record = (await this.get(id)) ?? (known && { ...known, id });
    // Lists first: cut off in between, the record is still there for the caller who tries again.
    if (record) {
      const labelled = DecisionLabel.options.map((label) => labelledScansKey(record.tenant, label));
      for (const key of [scansKey(record.tenant), ...labelled]) {
        await orUnavailable(this.redis.zrem(key, placeOf(record)));
      }
      await orUnavailable(this.redis.srem(mediaScansKey(record.media, record.tenant), id));
    }
    await orUnavailable(this.redis.del(recordKey(id), segmentsKey(id)));
  }

  async scansOfMedia(media: string, tenant: string): Promise<string[]> {
    return (await orUnavailable(this.redis.smembers(mediaScansKey(media, tenant)))).sort();
  }

  async list(query: ScanPageQuery): Promise<ScanPage> {
    const { tenant, label, media } = query;
    const ofMedia = media === undefined ? null : await this.placesOfMedia(media, tenant);
    const listed = label === undefined ? scansKey(tenant) : labelledScansKey(tenant, label);
    return listScans(query, {
      places: async (range, count) =>
        ofMedia ? placesInRange(ofMedia, range, count) : this.placesIn(listed, range, count),
      ask: (id) => this.ask(id),
      read: (id) => this.get(id),
    });
  }

  async publish(event: ScanEvent): Promise<void> {
    await this.run(publishScript, [recordKey(event.scan)], [eventsChannel(event.scan), JSON.stringify(event)]);
  }

  subscribe(id: string, onEvent: (event: ScanEvent) => void): Promise<() => Promise<void>> {
    return this.channels.listen(eventsChannel(ScanId.parse(id)), onEvent);
  }

  async check(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, stop } = aborted(signal);
    try {
      await Promise.race([orUnavailable(this.redis.ping()), promise]);
    } finally {
      stop();
    }
  }

  async close(): Promise<void> {
    await this.channels.close();
    await closeRedis(this.redis);
  }

  private placesIn(list: string, { from, below }: PlaceRange, count: number): Promise<string[]> {
    const newest = below === null ? '+' : `(${below}`;
    const oldest = from === null ? '-' : `[${from}`;
    return orUnavailable(this.redis.zrange(list, newest, oldest, 'BYLEX', 'REV', 'LIMIT', 0, count));
  }

  private async ask(id: string): Promise<AskedFields | null> {
    const texts = await orUnavailable(this.redis.hmget(recordKey(id), ...askedFields));
    if (texts[askedFields.indexOf('state')] == null) return null;
    // As this index wrote them; those that fit are checked when all of the record is read.
    return Object.fromEntries(askedFields.map((field, at) => [field, JSON.parse(texts[at] ?? 'null')])) as AskedFields;
  }

  /** Newest first. @returns null where there are more than one request reads: looked for in the list of the tenant */
  private async placesOfMedia(media: string, tenant: string): Promise<string[] | null> {
    const key = mediaScansKey(media, tenant);
    if ((await orUnavailable(this.redis.scard(key))) > maxRecordsRead) return null;
    const ids = await orUnavailable(this.redis.smembers(key));
    const times = await Promise.all(ids.map((id) => orUnavailable(this.redis.hget(recordKey(id), 'createdAt'))));
    const places = ids.flatMap((id, at) => {
      const json = times[at];
      return json ? [placeOf({ id, createdAt: String(JSON.parse(json)) })] : [];
    });
    return places.sort().reverse();
  }

  private async addToLists(record: ScanRecord): Promise<void> {
    await this.place(scansKey(record.tenant), record);
    for (const label of DecisionLabel.options) {
      const list = labelledScansKey(record.tenant, label);
      if (record.label === label) await this.place(list, record);
      else await orUnavailable(this.redis.zrem(list, placeOf(record)));
    }
    const scans = mediaScansKey(record.media, record.tenant);
    await orUnavailable(this.redis.multi().sadd(scans, record.id).pexpire(scans, this.keepMs).exec());
  }

  private async place(list: string, record: ScanRecord): Promise<void> {
    await orUnavailable(this.redis.zadd(list, 0, placeOf(record)));
    // Places do not expire by themselves: whoever adds one takes out those whose records must be gone.
    const oldest = new Date(Date.now() - this.keepMs).toISOString();
    await orUnavailable(this.redis.zremrangebylex(list, '-', `(${oldest}`));
  }

  private timeOf(record: ScanRecord): string {
    return String(timeLeftMs(record, this.keepMs));
  }

  private run(script: string, keys: string[], args: string[]): Promise<unknown> {
    return orUnavailable(this.redis.eval(script, keys.length, ...keys, ...args));
  }
}

function fieldsOf(record: Partial<ScanRecord>): string[] {
  return Object.entries(record).flatMap(([field, value]) => [field, JSON.stringify(value)]);
}

function pairsOf(reply: unknown): Record<string, string> {
  const texts = Array.isArray(reply) ? reply.map(String) : [];
  const pairs = texts.flatMap((text, at) => (at % 2 === 0 ? [[text, texts[at + 1] ?? ''] as const] : []));
  return Object.fromEntries(pairs);
}

/** @throws when the hash is no scan record: someone else wrote to our keys */
function recordOf(hash: Record<string, string>): ScanRecord | null {
  const fields = Object.entries(hash);
  if (fields.length === 0) return null;
  return ScanRecord.parse(Object.fromEntries(fields.map(([field, json]) => [field, JSON.parse(json)])));
}

function aborted(signal: AbortSignal): { promise: Promise<never>; stop: () => void } {
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stop = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, stop };
}
