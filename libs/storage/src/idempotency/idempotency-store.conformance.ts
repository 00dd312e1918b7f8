import { randomUUID } from 'node:crypto';
import { until } from '../scan-index.conformance';
import type { Claim, IdempotencyStore, StoredAnswer } from './idempotency-store';

/** Longer than any wait here: what ends meanwhile was ended by something else. */
const lease = 600_000;
/** A time that is waited for, and within which nothing has to happen, ms. */
const short = 150;
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

  /** Asks until the key is free, and takes it. @returns what was said before that, on a busy machine maybe nothing */
  async function untilFree(): Promise<Claim[]> {
    const before: Claim[] = [];
    await until(async () => {
      const claim = await b.claim(key, 'g', lease);
      if (claim.state !== 'claimed') before.push(claim);
      return claim.state === 'claimed';
    });
    return before;
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

  it('gives the answer to everyone who comes later', async () => {
    expect(await a.answer(key, await claimed(), answer, lease)).toBe(true);
    expect(await b.claim(key, 'g', lease)).toEqual({ state: 'answered', answer });
  });

  it('forgets an answer when its time is up', async () => {
    expect(await a.answer(key, await claimed(), answer, short)).toBe(true);
    for (const claim of await untilFree()) expect(claim).toEqual({ state: 'answered', answer });
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

  it('keeps a claim that is renewed', async () => {
    const ownMs = 1_500;
    const token = await claimed('f', ownMs);
    expect(await a.renew(key, token, lease)).toBe(true);
    await pause(ownMs + 200);
    expect(await b.claim(key, 'g', lease)).toEqual({ state: 'running', fingerprint: 'f' });
  });

  it('ends a claim that is not renewed again', async () => {
    expect(await a.renew(key, await claimed(), short)).toBe(true);
    for (const claim of await untilFree()) expect(claim).toEqual({ state: 'running', fingerprint: 'f' });
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
