import { randomUUID } from 'node:crypto';
import type { Claim, IdempotencyStore, StoredAnswer } from './idempotency-store';

interface Entry {
  token: string;
  fingerprint: string | null;
  answer: StoredAnswer | null;
  until: number;
}

/** Lives and dies with the process: for a single one, and for tests. */
export function createMemoryIdempotency(now: () => number = Date.now): IdempotencyStore {
  const entries = new Map<string, Entry>();
  const sweep = () => {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key);
  };
  const own = (key: string, token: string): Entry | null => {
    sweep();
    const entry = entries.get(key);
    return entry && entry.token === token && entry.answer === null ? entry : null;
  };
  return {
    async claim(key, fingerprint, leaseMs): Promise<Claim> {
      sweep();
      const known = entries.get(key);
      if (known?.answer) return { state: 'answered', answer: structuredClone(known.answer) };
      if (known) return { state: 'running', fingerprint: known.fingerprint };
      const token = randomUUID();
      entries.set(key, { token, fingerprint, answer: null, until: now() + leaseMs });
      return { state: 'claimed', token };
    },
    async renew(key, token, leaseMs) {
      const entry = own(key, token);
      if (entry) entry.until = now() + leaseMs;
      return entry !== null;
    },
    async answer(key, token, answer, ttlMs) {
      const entry = own(key, token);
      if (entry) Object.assign(entry, { answer: structuredClone(answer), until: now() + ttlMs });
      return entry !== null;
    },
    async forget(about) {
      const known = [...entries].filter(([, { answer }]) => answer?.about?.some((id) => about.includes(id)));
      for (const [key] of known) entries.delete(key);
      return known.length;
    },
    async release(key, token) {
      if (own(key, token)) entries.delete(key);
    },
    async close() {
      entries.clear();
    },
  };
}
