import { randomUUID } from 'node:crypto';
import type { IdempotencyStore, StoredAnswer } from './idempotency-store';

const lease = 5_000;
const answer: StoredAnswer = { fingerprint: 'f', status: 201, location: '/v1/x', body: { a: ['ü', 1, null] } };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What every IdempotencyStore does. @param open two stores over the same data, as two replicas have */
export function idempotencyStoreConformance(open: () => Promise<[IdempotencyStore, IdempotencyStore]>): void {
  let a: IdempotencyStore;
  let b: IdempotencyStore;
  let key: string;
  beforeAll(async () => void ([a, b] = await open()));
  afterAll(() => Promise.all([a.close(), b.close()]));
  beforeEach(() => void (key = randomUUID()));

  async function claimed(fingerprint: string | null = 'f', leaseMs = lease): Promise<string> {
    const claim = await a.claim(key, fingerprint, leaseMs);
    if (claim.state !== 'claimed') throw new Error(`not claimed but ${claim.state}`);
    return claim.token;
  }

  it('lets exactly one of many racing requests work', async () => {
    const claims = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? a : b).claim(key, 'f', lease)));
    expect(claims.filter(({ state }) => state === 'claimed')).toHaveLength(1);
    expect(claims.filter(({ state }) => state === 'running')).toHaveLength(39);
  });

  it('tells the others what is being worked on', async () => {
    await claimed(null);
    expect(await b.claim(key, 'f', lease)).toEqual({ state: 'running', fingerprint: null });
    key = randomUUID();
    await claimed('f');
    expect(await b.claim(key, 'g', lease)).toEqual({ state: 'running', fingerprint: 'f' });
  });

  it('gives the answer to everyone who comes later, until its time is up', async () => {
    expect(await a.answer(key, await claimed(), answer, 150)).toBe(true);
    expect(await b.claim(key, 'g', lease)).toEqual({ state: 'answered', answer });
    await pause(200);
    expect((await b.claim(key, 'g', lease)).state).toBe('claimed');
  });

  it('forgets what was released', async () => {
    await a.release(key, await claimed());
    expect((await b.claim(key, 'g', lease)).state).toBe('claimed');
  });

  it('forgets every answer that tells of an id, and no other', async () => {
    const about = (...ids: string[]) => ({ ...answer, about: ids });
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    for (const [name, ids] of [
      [one, ['m1', 's1']],
      [two, ['s2']],
      [three, ['m3']],
    ] as const) {
      key = name;
      await a.answer(key, await claimed(), about(...ids), lease);
    }
    expect(await b.forget(['m1', 's2', 'nobody'])).toBe(2);
    for (const name of [one, two]) expect((await b.claim(name, 'g', lease)).state).toBe('claimed');
    expect((await b.claim(three, 'f', lease)).state).toBe('answered');
  });

  it('ends a claim that is not renewed, and keeps one that is', async () => {
    const token = await claimed('f', 150);
    for (let at = 0; at < 4; at += 1) {
      await pause(60);
      expect(await a.renew(key, token, 150)).toBe(true);
    }
    expect((await b.claim(key, 'f', lease)).state).toBe('running');
    await pause(220);
    expect((await b.claim(key, 'f', lease)).state).toBe('claimed');
  });

  it('lets a late worker change nothing of a claim that is not its own any more', async () => {
    const late = await claimed('f', 30);
    await pause(60);
    const next = await b.claim(key, 'g', lease);
    expect(next.state).toBe('claimed');
    await a.release(key, late);
    expect([await a.renew(key, late, lease), await a.answer(key, late, answer, lease)]).toEqual([false, false]);
    expect(await a.claim(key, 'f', lease)).toEqual({ state: 'running', fingerprint: 'g' });
  });

  it('never takes an answer back', async () => {
    const token = await claimed();
    await a.answer(key, token, answer, lease);
    await a.release(key, token);
    expect([await a.renew(key, token, 1), await a.answer(key, token, { ...answer, status: 200 }, lease)]).toEqual([
      false,
      false,
    ]);
    expect(await b.claim(key, 'f', lease)).toEqual({ state: 'answered', answer });
  });
}
