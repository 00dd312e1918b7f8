/**
 * Invariants, with a real Redis: asking twice is one scan and one job; a scan that failed starts anew when asked for
 * again; nothing is begun without its file; a crash between record and job loses nothing; deletion leaves no key, no
 * record and no job.
 */
import { defaultTenant, Verdict } from '@assay/contracts';
import { deleteMedia } from './delete-media';
import { PermanentError, ScanGoneError } from './errors';
import { failScan } from './fail-scan';
import { addScanFlow } from './flows';
import { keys } from './keys';
import type { OpenPorts } from './open-ports';
import type { ScanQueues } from './open-queues';
import { jobIdFor } from './queues';
import { assertMediaExists, leavingNothing } from './scan-state';
import { reject } from './stages/judge';
import { publish } from './stages/publish';
import { registerScan, submitScan } from './submit';
import { sweep } from './sweep';
import { testPlan } from './testing/test-plan';
import { newMedia, noAbort, testPorts } from './testing/test-ports';
import { withQueues } from './testing/with-queues';

let queues: ScanQueues;
let ports: OpenPorts;
let media: string;

withQueues((opened) => (queues = opened.queues));
beforeEach(async () => {
  ports = await testPorts();
  media = await newMedia(ports);
});
afterEach(async () => {
  for (const name of ['plan', 'look', 'judge'] as const) await queues[name].obliterate({ force: true });
  await ports.close();
});

const submit = () => submitScan(ports, queues, { tenant: defaultTenant, media }, noAbort);

async function allKeys(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of ports.store.list('', noAbort)) found.push(key);
  return found;
}

const plan = testPlan();

describe('submitScan', () => {
  it('makes one scan and one job of two requests, at the same time or one after the other', async () => {
    const [a, b] = await Promise.all([submit(), submit()]);
    const c = await submit();
    expect([a.scan.id, b.scan.id]).toEqual([c.scan.id, c.scan.id]);
    expect([a, b].filter(({ created }) => created)).toHaveLength(1);
    expect(c.created).toBe(false);
    expect(await queues.plan.count()).toBe(1);
  });

  it('refuses unknown media and unknown policies with a typed error', async () => {
    await expect(
      submitScan(ports, queues, { tenant: defaultTenant, media: 'e'.repeat(64) }, noAbort),
    ).rejects.toMatchObject({
      code: 'unknown_media',
    });
    await expect(
      submitScan(ports, queues, { tenant: defaultTenant, media, policy: 'none' }, noAbort),
    ).rejects.toMatchObject({
      code: 'unknown_policy',
    });
  });

  it('refuses a scan whose file retention has removed, until it is uploaded again, and one that has failed too', async () => {
    await ports.store.delete(keys.media(media), noAbort);
    await expect(submit()).rejects.toMatchObject({ code: 'file_removed' });
    expect(await ports.index.scansOfMedia(media, defaultTenant)).toEqual([]);
    await ports.store.put(keys.media(media), 'content', {}, noAbort);
    const { scan } = await submit();
    await queues.plan.obliterate({ force: true });
    await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);
    await ports.store.delete(keys.media(media), noAbort);
    await expect(submit()).rejects.toMatchObject({ code: 'file_removed' });
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'failed' });
    await ports.store.put(keys.media(media), 'content', {}, noAbort);
    expect(await submit()).toMatchObject({ created: true, scan: { id: scan.id, state: 'queued' } });
  });

  it('gives a finished scan whose file is gone, and asks nobody whether it may begin', async () => {
    const { scan } = await submit();
    const verdict = await reject(scan.id, { code: 'corrupt', message: 'Damaged.' }, ports, noAbort);
    if (verdict.ok) await publish(verdict.value, ports, noAbort);
    await ports.store.delete(keys.media(media), noAbort);
    const never = () => Promise.reject(new Error('asked'));
    const again = await submitScan(ports, queues, { tenant: defaultTenant, media }, noAbort, never);
    expect(again).toMatchObject({ created: false, scan: { id: scan.id, state: 'done' } });
  });

  it('writes nothing of a scan that may not begin', async () => {
    const refuse = () => Promise.reject(new Error('not now'));
    await expect(submitScan(ports, queues, { tenant: defaultTenant, media }, noAbort, refuse)).rejects.toThrow(
      'not now',
    );
    expect(await allKeys()).toEqual([keys.media(media), keys.mediaRecord(media, defaultTenant)]);
  });

  it('starts a failed scan anew when it is asked for again', async () => {
    const { scan } = await submit();
    await queues.plan.obliterate({ force: true });
    await failScan(scan.id, new PermanentError('It broke.'), ports, noAbort);
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'failed', failure: 'It broke.' });
    expect(await submit()).toMatchObject({ created: true, scan: { id: scan.id, state: 'queued', failure: null } });
    expect(await queues.plan.count()).toBe(1);
  });

  it('rebuilds a lost index entry from the store', async () => {
    const { scan } = await submit();
    await ports.index.delete(scan.id);
    await submit();
    expect(await ports.index.get(scan.id)).toMatchObject({ id: scan.id, media });
  });

  it('tells nothing of an internal error but its kind', async () => {
    const { scan } = await submit();
    await failScan(scan.id, new TypeError('secret /path'), ports, noAbort);
    expect((await ports.index.get(scan.id))?.failure).toMatch(/TypeError/);
    expect((await ports.index.get(scan.id))?.failure).not.toMatch(/secret/);
  });
});

describe('sweep', () => {
  it('adds the job of a scan that was written down but never started', async () => {
    const { scan } = await registerScan(ports, { tenant: defaultTenant, media }, noAbort);
    expect(await queues.plan.count()).toBe(0);
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 1, failed: 0 });
    const job = await queues.plan.getJob(jobIdFor('plan', scan.id, scan.modelSet));
    expect(job?.data).toMatchObject({ v: 1, scan: scan.id, tenant: defaultTenant });
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 0 });
  });

  it('finishes scans from the store alone after Redis lost everything', async () => {
    const { scan } = await submit();
    await addScanFlow(queues, scan, plan);
    for (const name of ['plan', 'look', 'judge'] as const) await queues[name].obliterate({ force: true });
    await ports.index.delete(scan.id);
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 1 });
    expect(await ports.index.get(scan.id)).toMatchObject({ id: scan.id, state: 'queued' });
  });

  it('leaves alone what a judge is waiting for, and what is finished', async () => {
    const { scan } = await submit();
    await queues.plan.obliterate({ force: true });
    await addScanFlow(queues, scan, plan);
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 0 });
    for (const name of ['look', 'judge'] as const) await queues[name].obliterate({ force: true });
    const verdict = await reject(scan.id, { code: 'corrupt', message: 'Damaged.' }, ports, noAbort);
    if (verdict.ok) await publish(verdict.value, ports, noAbort);
    expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 0 });
  });
});

describe('reject and publish', () => {
  it('keep the first verdict, however often they run', async () => {
    const { scan } = await submit();
    const first = await reject(scan.id, { code: 'corrupt', message: 'Damaged.' }, ports, noAbort);
    const second = await reject(scan.id, { code: 'not_media', message: 'Other.' }, ports, noAbort);
    expect(second).toEqual(first);
    if (!first.ok) throw new Error('unreachable');
    await publish(first.value, ports, noAbort);
    await publish(first.value, ports, noAbort);
    const stored = Verdict.parse(JSON.parse((await ports.store.get(keys.verdict(scan.id), noAbort))?.toString() ?? ''));
    expect(stored).toMatchObject({ verdict: 'rejected', media, file: 'clip.mp4', rejection: { code: 'corrupt' } });
    expect(await ports.index.get(scan.id)).toMatchObject({ state: 'done', percent: 100, verdict: 'rejected' });
    expect(await ports.store.stat(keys.openScan(scan.id), noAbort)).toBeNull();
  });
});

describe('addScanFlow', () => {
  it('adds one look per segment under one judge, once', async () => {
    const { scan } = await submit();
    await addScanFlow(queues, scan, plan);
    await addScanFlow(queues, scan, plan);
    expect(await queues.look.count()).toBe(2);
    expect(await queues.judge.getJobCounts('waiting-children')).toEqual({ 'waiting-children': 1 });
  });
});

describe('deleteMedia', () => {
  it('leaves no object, no record and no job', async () => {
    const { scan } = await submit();
    await addScanFlow(queues, scan, plan);
    const states: string[] = [];
    const unsubscribe = await ports.index.subscribe(scan.id, ({ state }) => void states.push(state));
    expect(await deleteMedia(ports, queues, { tenant: defaultTenant, media }, noAbort)).toBe(true);
    await unsubscribe();
    expect(states).toEqual(['cancelled']);
    expect(await allKeys()).toEqual([]);
    expect(await ports.index.get(scan.id)).toBeNull();
    const counts = await Promise.all([queues.plan, queues.look, queues.judge].map((queue) => queue.getJobCounts()));
    expect(counts.flatMap((count) => Object.values(count)).every((count) => count === 0)).toBe(true);
    expect(await deleteMedia(ports, queues, { tenant: defaultTenant, media }, noAbort)).toBe(false);
  });

  it('finds the scans when the index was lost', async () => {
    const { scan } = await submit();
    await ports.index.delete(scan.id);
    await deleteMedia(ports, queues, { tenant: defaultTenant, media }, noAbort);
    expect(await allKeys()).toEqual([]);
  });

  it('does not let a late writer bring anything back', async () => {
    const { scan } = await submit();
    await deleteMedia(ports, queues, { tenant: defaultTenant, media }, noAbort);
    await ports.store.put(keys.evidence(scan.id, 's0-t0-000000.jpg'), 'late', {}, noAbort);
    await expect(assertMediaExists(scan, ports, noAbort)).rejects.toThrow(ScanGoneError);
    expect(await allKeys()).toEqual([]);
    await expect(reject(scan.id, { code: 'corrupt', message: 'Late.' }, ports, noAbort)).rejects.toThrow(ScanGoneError);
    await expect(failScan(scan.id, new Error('late'), ports, noAbort)).rejects.toThrow(ScanGoneError);
  });

  const writes = (scan: string) => ports.store.put(keys.evidence(scan, 's0-t0-000000.jpg'), 'late', {}, noAbort);

  it('leaves nothing of work that it aborted, whatever that wrote last', async () => {
    const { scan } = await submit();
    const stop = new AbortController();
    const work = leavingNothing(scan, ports, stop.signal, async () => {
      await deleteMedia(ports, queues, { tenant: defaultTenant, media }, noAbort);
      await writes(scan.id);
      stop.abort(new Error('aborted by the deletion'));
      stop.signal.throwIfAborted();
    });
    await expect(work).rejects.toThrow(ScanGoneError);
    expect(await allKeys()).toEqual([]);
  });

  it('tells why work failed whose media is there, and keeps what it wrote', async () => {
    const { scan } = await submit();
    const before = await allKeys();
    const work = leavingNothing(scan, ports, noAbort, async () => {
      await writes(scan.id);
      throw new PermanentError('no frames');
    });
    await expect(work).rejects.toThrow('no frames');
    expect(await allKeys()).toHaveLength(before.length + 1);
  });
});
