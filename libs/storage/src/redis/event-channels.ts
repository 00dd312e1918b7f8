import { ScanEvent } from '@assay/contracts';
import { closeRedis } from './close-redis';
import { duplicateRedis, orUnavailable, type RedisClient } from './redis-connection';

type Listener = (event: ScanEvent) => void;

interface Channel {
  listeners: Set<Listener>;
  /** Resolves when Redis confirmed the subscription. */
  live: Promise<unknown>;
}

/** Shares one subscribing connection, made at the first need, between all listeners of this process. */
export class EventChannels {
  private readonly channels = new Map<string, Channel>();
  private subscriber: RedisClient | null = null;

  constructor(private readonly redis: RedisClient) {}

  /** @returns ends it; resolves once Redis confirmed the subscription */
  async listen(name: string, onEvent: Listener): Promise<() => Promise<void>> {
    // A function of its own per call: the same callback given twice is two subscriptions.
    const listener: Listener = (event) => onEvent(event);
    const channel = this.channels.get(name) ?? this.open(name);
    channel.listeners.add(listener);
    const end = (): Promise<void> => this.leave(name, channel, listener);
    try {
      await orUnavailable(channel.live);
      return end;
    } catch (error) {
      await end();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.channels.clear();
    if (this.subscriber) await closeRedis(this.subscriber);
    this.subscriber = null;
  }

  private open(name: string): Channel {
    this.subscriber ??= this.connect();
    // Redis handles one connection's commands in order, so an unsubscribe sent earlier cannot undo this.
    const channel: Channel = { listeners: new Set(), live: this.subscriber.subscribe(name) };
    this.channels.set(name, channel);
    return channel;
  }

  private async leave(name: string, channel: Channel, listener: Listener): Promise<void> {
    channel.listeners.delete(listener);
    if (channel.listeners.size > 0 || this.channels.get(name) !== channel) return;
    this.channels.delete(name);
    // Failing means that the connection is gone, and the subscription with it.
    await this.subscriber?.unsubscribe(name).catch(() => {});
  }

  private connect(): RedisClient {
    // After a lost connection ioredis subscribes again by itself.
    return duplicateRedis(this.redis).on('message', (name: string, text: string) => this.deliver(name, text));
  }

  private deliver(name: string, text: string): void {
    const event = eventOf(text);
    if (!event) return;
    for (const listener of [...(this.channels.get(name)?.listeners ?? [])]) {
      try {
        listener(structuredClone(event));
      } catch {
        // As promised in the interface: one listener's mistake must not reach the connection or the others.
      }
    }
  }
}

/** A newer or foreign publisher's message that is no event of ours is dropped: events are hints, records the facts. */
function eventOf(text: string): ScanEvent | null {
  try {
    return ScanEvent.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
