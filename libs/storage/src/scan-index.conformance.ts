import type { ScanEvent, ScanRecord } from '@assay/contracts';
import { createHash } from 'node:crypto';
import { ListCursorError } from './errors/list-cursor-error';
import { changesOf, mergeScanRecord } from './merge-scan-record';
import { maxRecordsRead } from './list-scans';
import type { ScanIndex, ScanPage, ScanQuery } from './scan-index';

export interface ScanIndexBackend {
  /** An empty index; the suite closes it. */
  open(): Promise<ScanIndex>;
}

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const scanId = (n: number): string => `sc_${hex(String(n)).slice(0, 32)}`;
const mediaId = (n: number): string => hex(`media ${n}`);
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

export function exampleRecord(n: number, fields: Partial<ScanRecord> = {}): ScanRecord {
  return {
    schema: 'assay.scan/1',
    id: scanId(n),
    tenant: 'default',
    media: mediaId(n),
    name: 'holiday "1" – ünïcode.mp4',
    policy: 'default',
    modelSet: hex('models'),
    state: 'queued',
    stage: 'plan',
    percent: 0,
    segments: null,
    segmentsDone: 0,
    verdict: null,
    probability: null,
    rejection: null,
    failure: null,
    createdAt: at(n),
    updatedAt: at(n),
    ...fields,
  };
}

function exampleEvent(n: number, fields: Partial<ScanEvent> = {}): ScanEvent {
  const partial = { probability: 0.1234567890123456, faces: 2, segmentsDone: 1 };
  return {
    scan: scanId(n),
    state: 'running',
    stage: 'look',
    percent: 10,
    at: at(n),
    partial,
    verdict: null,
    ...fields,
  };
}

/**
 * What every scan index holds, whatever is behind it:
 *
 * 1. A record comes back as it went in, to the last digit, `null`s included.
 * 2. Of racing creators exactly one creates; an existing record is never replaced.
 * 3. Racing updates of different fields all take effect (an update is a merge, not a rewrite).
 * 4. `done` and `cancelled` records are frozen; while running, percent and stage never go back; `segmentsDone` never
 *    goes down. On any series of patches the index does exactly what `mergeScanRecord` says.
 * 5. A segment counts once, however often and from wherever it is reported.
 * 6. A list is newest first, complete and without repeats across pages, also when scans share a time.
 *    Of a query it has what fits at that moment, reads no more records for one page than it may, and a page that ends
 *    there says where to go on; its cursor is of use to the same query alone.
 * 7. What was deleted is gone from records, lists and counts, and may be created anew.
 * 8. An event published after `subscribe` resolved arrives, in order, at every listener of that scan and no other;
 *    none arrives after the subscription ended.
 */
export function scanIndexConformance(backend: () => ScanIndexBackend, { eventsMayBeLost = false } = {}): void {
  let index: ScanIndex;

  beforeEach(async () => {
    index = await backend().open();
  });
  afterEach(() => index.close());

  describe('records', () => {
    it('come back as they went in', async () => {
      const record = exampleRecord(1, {
        probability: 0.1234567890123456,
        percent: 1e-7,
        segments: 30,
        rejection: { code: 'too_long', message: 'a "quoted" – reason\n' },
      });
      expect(await index.get(record.id)).toBeNull();
      expect(await index.create(record)).toBe('created');
      expect(await index.get(record.id)).toEqual(record);
      expect(await index.create({ ...record, name: 'other' })).toBe('exists');
      expect(await index.get(record.id)).toEqual(record);
    });

    it('are private copies', async () => {
      const record = exampleRecord(1);
      await index.create(record);
      record.name = 'changed by the caller';
      const read = await index.get(record.id);
      if (read) read.percent = 99;
      expect(await index.get(record.id)).toEqual(exampleRecord(1));
    });

    it('one of many racing creators creates', async () => {
      const creators = Array.from({ length: 20 }, (_, n) => index.create(exampleRecord(1, { name: `creator ${n}` })));
      const ends = await Promise.all(creators);
      expect(ends.filter((end) => end === 'created')).toHaveLength(1);
      expect((await index.get(scanId(1)))?.name).toBe(`creator ${ends.indexOf('created')}`);
    });

    it('a record that is none is refused', async () => {
      await expect(index.create({ ...exampleRecord(1), id: 'sc_short' })).rejects.toThrow();
      await index.create(exampleRecord(1));
      await expect(index.update(scanId(1), { percent: 101 })).rejects.toThrow();
      expect(await index.get(scanId(1))).toEqual(exampleRecord(1));
    });

    it('nothing is found under an id that cannot be', async () => {
      for (const id of ['', 'sc_short', '*', 'x}:record', 'a\0b']) {
        expect(await index.get(id)).toBeNull();
        expect(await index.update(id, { percent: 1 })).toBeNull();
        expect(await index.markSegmentDone(id, 0)).toBe(0);
        await index.delete(id);
      }
    });
  });

  describe('update', () => {
    it('merges, stamps the time, and gives the new record', async () => {
      await index.create(exampleRecord(1));
      const before = Date.now();
      const updated = await index.update(scanId(1), { state: 'running', percent: 12.5, name: undefined });
      expect(updated).toEqual({
        ...exampleRecord(1, { state: 'running', percent: 12.5 }),
        updatedAt: expect.any(String),
      });
      expect(Date.parse(updated?.updatedAt ?? '')).toBeGreaterThanOrEqual(before);
      expect(await index.get(scanId(1))).toEqual(updated);
      expect(await index.update(scanId(2), { percent: 1 })).toBeNull();
      expect(await index.get(scanId(2))).toBeNull();
    });

    it('never changes what a scan is', async () => {
      await index.create(exampleRecord(1));
      await index.update(scanId(1), { id: scanId(2), media: mediaId(2), createdAt: at(9), updatedAt: at(1) });
      expect(await index.get(scanId(1))).toEqual(exampleRecord(1));
    });

    it('racing updates of different fields all take effect', async () => {
      await index.create(exampleRecord(1));
      const patches: Partial<ScanRecord>[] = [
        { segments: 7 },
        { name: 'renamed' },
        { failure: 'once' },
        { probability: 0.5 },
        { verdict: 'inconclusive' },
        { state: 'running' },
      ];
      await Promise.all(patches.map((patch) => index.update(scanId(1), { ...patch, updatedAt: at(5) })));
      expect(await index.get(scanId(1))).toEqual({
        ...exampleRecord(1, { updatedAt: at(5) }),
        ...Object.assign({}, ...patches),
      });
    });

    it.each(['done', 'cancelled'] as const)('a late message changes nothing of a scan that is %s', async (state) => {
      await index.create(exampleRecord(1, { state: 'running' }));
      const final = await index.update(scanId(1), { state, percent: 100, updatedAt: at(5) });
      expect(final?.state).toBe(state);
      for (const late of ['queued', 'running', 'failed', 'done', 'cancelled', undefined] as const) {
        expect(await index.update(scanId(1), { state: late, percent: 3, failure: 'late' })).toEqual(final);
      }
      await index.markSegmentDone(scanId(1), 0);
      expect(await index.get(scanId(1))).toEqual(final);
    });

    it('a failed scan may be tried again, from the start', async () => {
      await index.create(exampleRecord(1, { state: 'running', percent: 80, stage: 'look' }));
      await index.update(scanId(1), { state: 'failed', failure: 'lost' });
      const again = await index.update(scanId(1), { state: 'running', percent: 5, stage: 'probe', failure: null });
      expect(again).toMatchObject({ state: 'running', percent: 5, stage: 'probe', failure: null });
    });

    it('percent and stage never go back while running, whatever order messages arrive in', async () => {
      await index.create(exampleRecord(1, { state: 'running', stage: 'probe' }));
      const percents = [10, 60, 30, 90, 20, 89.999, 5];
      const shown: number[] = [];
      for (const percent of percents) {
        const stage = percent > 25 ? 'look' : 'plan';
        shown.push((await index.update(scanId(1), { percent, stage }))?.percent ?? -1);
      }
      expect(shown).toEqual([10, 60, 60, 90, 90, 90, 90]);
      expect(await index.get(scanId(1))).toMatchObject({ percent: 90, stage: 'look' });
    });

    it('does what mergeScanRecord says on any series of patches', async () => {
      const pick = randomPicker(20_261_123);
      for (let n = 0; n < 40; n += 1) {
        let expected = exampleRecord(n);
        await index.create(expected);
        for (let step = 0; step < 12; step += 1) {
          const patch = randomPatch(pick);
          expected = mergeScanRecord(expected, changesOf(patch, at(step)));
          expect(await index.update(scanId(n), patch)).toEqual(expected);
        }
      }
    });
  });

  describe('restore', () => {
    it('creates what is not there, in the lists as well', async () => {
      expect(await index.restore(exampleRecord(1, { state: 'done' }))).toBe('created');
      expect(await index.get(scanId(1))).toEqual(exampleRecord(1, { state: 'done' }));
      expect((await index.list({ tenant: 'default', limit: 10, cursor: null })).scans).toHaveLength(1);
      expect(await index.scansOfMedia(mediaId(1), 'default')).toEqual([scanId(1)]);
    });

    it.each([
      ['an older record', { state: 'running', updatedAt: at(9) }, { state: 'queued', updatedAt: at(8) }, 'kept'],
      ['one of the same time', { state: 'running', updatedAt: at(9) }, { state: 'queued', updatedAt: at(9) }, 'kept'],
      ['a newer record', { state: 'running', updatedAt: at(8) }, { state: 'failed', updatedAt: at(9) }, 'replaced'],
      ['anything, over a verdict', { state: 'done', updatedAt: at(8) }, { state: 'failed', updatedAt: at(9) }, 'kept'],
      [
        'a verdict, by a late clock',
        { state: 'running', updatedAt: at(9) },
        { state: 'done', updatedAt: at(8) },
        'replaced',
      ],
      [
        'an end, over progress of the same run that is younger',
        { state: 'running', updatedAt: at(9) },
        { state: 'cancelled', updatedAt: at(8) },
        'replaced',
      ],
      [
        'a failure, over progress of the same later run',
        { state: 'queued', updatedAt: at(9), restarts: 2 },
        { state: 'failed', updatedAt: at(8), restarts: 2 },
        'replaced',
      ],
      [
        'a later run, by a late clock',
        { state: 'cancelled', updatedAt: at(9) },
        { state: 'queued', updatedAt: at(8), restarts: 1 },
        'replaced',
      ],
      [
        'the end of an earlier run',
        { state: 'running', updatedAt: at(8), restarts: 10 },
        { state: 'cancelled', updatedAt: at(9), restarts: 9 },
        'kept',
      ],
      [
        'a verdict, over a later run',
        { state: 'running', updatedAt: at(9), restarts: 1 },
        { state: 'done', updatedAt: at(8), restarts: 1 },
        'replaced',
      ],
      [
        'a scan begun anew',
        { state: 'cancelled', updatedAt: at(8) },
        { state: 'queued', updatedAt: at(9) },
        'replaced',
      ],
    ] as const)('%s', async (_what, indexed, stored, outcome) => {
      await index.create(exampleRecord(1, indexed));
      expect(await index.restore(exampleRecord(1, stored))).toBe(outcome);
      expect(await index.get(scanId(1))).toEqual(exampleRecord(1, outcome === 'kept' ? indexed : stored));
    });
  });

  it('restore leaves the label and its list to a record that is fresher', async () => {
    const own = { label: 'confirmed_manipulated', labelSource: 'own' } as const;
    const page = { tenant: 'default', limit: 10, cursor: null, label: own.label };
    await index.create(exampleRecord(1, { state: 'done', updatedAt: at(9) }));
    await index.relabel(scanId(1), own);
    // As it was read from the store a moment before it was labelled.
    expect(await index.restore(exampleRecord(1, { state: 'done', updatedAt: at(9) }))).toBe('kept');
    expect((await index.list(page)).scans).toHaveLength(1);
  });

  describe('segments', () => {
    it('count once each, in any order and from many workers at once', async () => {
      await index.create(exampleRecord(1, { state: 'running' }));
      expect(await index.markSegmentDone(scanId(1), 3)).toBe(1);
      expect(await index.markSegmentDone(scanId(1), 3)).toBe(1);
      expect(await index.markSegmentDone(scanId(1), 0)).toBe(2);
      const reports = Array.from({ length: 60 }, (_, n) => index.markSegmentDone(scanId(1), n % 20));
      expect(Math.max(...(await Promise.all(reports)))).toBe(20);
      expect((await index.get(scanId(1)))?.segmentsDone).toBe(20);
      await index.update(scanId(1), { segmentsDone: 0 });
      expect((await index.get(scanId(1)))?.segmentsDone).toBe(20);
    });

    it('of a scan without a record count nothing and leave nothing', async () => {
      expect(await index.markSegmentDone(scanId(1), 0)).toBe(0);
      await index.create(exampleRecord(1));
      expect(await index.markSegmentDone(scanId(1), 1)).toBe(1);
    });
  });

  describe('list', () => {
    const all = async (limit: number): Promise<string[]> => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await index.list({ tenant: 'default', limit, cursor });
        expect(page.scans.length).toBeLessThanOrEqual(limit);
        ids.push(...page.scans.map((scan) => scan.id));
        cursor = page.cursor;
      } while (cursor !== null);
      return ids;
    };

    it('is empty at first', async () => {
      expect(await index.list({ tenant: 'default', limit: 10, cursor: null })).toEqual({ scans: [], cursor: null });
    });

    it.each([1, 3, 7, 12, 50])('is newest first and complete, %i a page', async (limit) => {
      for (const n of [5, 1, 11, 3, 9, 7, 0, 10, 2, 8, 4, 6]) await index.create(exampleRecord(n));
      expect(await all(limit)).toEqual(Array.from({ length: 12 }, (_, n) => scanId(11 - n)));
    });

    it('is complete when scans share a time, written in whatever precision', async () => {
      const times = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000000Z'];
      for (let n = 0; n < 9; n += 1) await index.create(exampleRecord(n, { createdAt: times[n % 3] }));
      const ids = await all(2);
      expect(ids).toHaveLength(9);
      expect(new Set(ids).size).toBe(9);
    });

    it('goes on where it was when scans come and go meanwhile', async () => {
      for (const n of [1, 2, 3, 4, 5]) await index.create(exampleRecord(n));
      const first = await index.list({ tenant: 'default', limit: 2, cursor: null });
      await index.create(exampleRecord(9));
      await index.delete(scanId(4));
      const second = await index.list({ tenant: 'default', limit: 2, cursor: first.cursor });
      expect([...first.scans, ...second.scans].map((scan) => scan.id)).toEqual([5, 4, 3, 2].map(scanId));
    });

    it('of one label has those that bear it now, in the same order', async () => {
      for (const n of [1, 2, 3, 4]) await index.create(exampleRecord(n, n === 2 ? { state: 'done' } : {}));
      const own = { label: 'confirmed_manipulated', labelSource: 'own' } as const;
      for (const n of [4, 2, 1]) await index.relabel(scanId(n), own);
      await index.relabel(scanId(99), own);
      const labelled = async () => {
        const first = await index.list({ tenant: 'default', limit: 1, cursor: null, label: 'confirmed_manipulated' });
        const rest = await index.list({
          tenant: 'default',
          limit: 9,
          cursor: first.cursor,
          label: 'confirmed_manipulated',
        });
        return [...first.scans, ...rest.scans];
      };
      expect((await labelled()).map(({ id }) => id)).toEqual([4, 2, 1].map(scanId));
      expect(await index.get(scanId(2))).toEqual(exampleRecord(2, { state: 'done', ...own }));
      await index.relabel(scanId(4), { label: 'unsure', labelSource: 'inherited' });
      await index.relabel(scanId(2), { label: null, labelSource: null });
      await index.delete(scanId(1));
      expect(await labelled().catch(() => [])).toEqual([]);
      // A tenant may be called like a label: its list is another.
      await index.create(exampleRecord(8, { tenant: 'unsure' }));
      await index.relabel(scanId(8), { label: 'unsure', labelSource: 'own' });
      const namedAlike = await index.list({ tenant: 'unsure', limit: 9, cursor: null, label: 'unsure' });
      expect(namedAlike.scans.map(({ id }) => id)).toEqual([scanId(8)]);
      expect(
        (await index.list({ tenant: 'default', limit: 9, cursor: null, label: 'unsure' })).scans.map(({ id }) => id),
      ).toEqual([scanId(4)]);
      // What the store knows comes back with its label.
      await index.restore(exampleRecord(7, own));
      expect(
        (await index.list({ tenant: 'default', limit: 9, cursor: null, label: 'confirmed_manipulated' })).scans,
      ).toHaveLength(1);
    });

    const pagesOf = async (query: Partial<ScanQuery>, limit = 100): Promise<ScanPage[]> => {
      const pages: ScanPage[] = [];
      let cursor: string | null = null;
      do {
        const page: ScanPage = await index.list({ tenant: 'default', ...query, limit, cursor });
        expect(page.scans.length).toBeLessThanOrEqual(limit);
        pages.push(page);
        cursor = page.cursor;
      } while (cursor !== null);
      return pages;
    };
    const found = async (query: Partial<ScanQuery>, limit?: number): Promise<number[]> => {
      const ids = (await pagesOf(query, limit)).flatMap(({ scans }) => scans.map(({ id }) => id));
      return ids.map((id) => Array.from({ length: 20 }, (_, n) => scanId(n)).indexOf(id));
    };
    const done = (verdict: ScanRecord['verdict'], probability: number | null): Partial<ScanRecord> => ({
      state: 'done',
      verdict,
      probability,
    });

    it('has what fits, by state, verdict, probability, media and time, each and together', async () => {
      await index.create(exampleRecord(1, done('likely_manipulated', 0.9)));
      await index.create(exampleRecord(2, done('likely_authentic', 0.1)));
      await index.create(exampleRecord(3, done('rejected', null)));
      await index.create(exampleRecord(4, { state: 'running' }));
      await index.create(exampleRecord(5, { ...done('inconclusive', 0.5), media: mediaId(1) }));
      await index.create(exampleRecord(6, { ...done('likely_manipulated', 1), media: mediaId(1) }));
      await index.create(exampleRecord(7, { ...done('likely_manipulated', 0), tenant: 'acme', media: mediaId(1) }));
      await index.relabel(scanId(6), { label: 'unsure', labelSource: 'own' });
      const cases: [Partial<ScanQuery>, number[]][] = [
        [{ state: 'running' }, [4]],
        [{ state: 'failed' }, []],
        [{ verdict: 'likely_manipulated' }, [6, 1]],
        [{ minProbability: 0.5 }, [6, 5, 1]],
        [{ maxProbability: 0.5 }, [5, 2]],
        [{ minProbability: 0, maxProbability: 1 }, [6, 5, 2, 1]],
        [{ minProbability: 0.5, maxProbability: 0.5 }, [5]],
        [{ media: mediaId(1) }, [6, 5, 1]],
        [{ media: mediaId(9) }, []],
        [{ media: mediaId(1), tenant: 'acme' }, [7]],
        [{ createdAfter: at(3), createdBefore: at(5) }, [4, 3]],
        [{ createdAfter: '2026-01-01T02:03:00+02:00', createdBefore: '2025-12-31T20:04:00.000000-04:00' }, [3]],
        [{ createdAfter: at(9) }, []],
        [{ createdBefore: at(1) }, []],
        [{ media: mediaId(1), createdBefore: at(6), verdict: 'likely_manipulated' }, [1]],
        [{ label: 'unsure', minProbability: 0.99 }, [6]],
        [{ label: 'unsure', media: mediaId(2) }, []],
        [{ label: 'unsure', createdBefore: at(6) }, []],
      ];
      for (const [query, expected] of cases)
        for (const limit of [1, 2, 100]) expect([query, await found(query, limit)]).toEqual([query, expected]);
    });

    it('asks the record what has become of a scan', async () => {
      for (const n of [1, 2, 3]) await index.create(exampleRecord(n, { state: 'running' }));
      expect(await found({ state: 'running' })).toEqual([3, 2, 1]);
      await index.update(scanId(2), done('inconclusive', 0.4));
      await index.restore(exampleRecord(1, { ...done('likely_authentic', 0.2), updatedAt: at(50) }));
      await index.delete(scanId(3));
      expect(await found({ state: 'running' })).toEqual([]);
      expect(await found({ state: 'done', maxProbability: 0.4 })).toEqual([2, 1]);
      expect(await found({ verdict: 'likely_authentic' })).toEqual([1]);
    });

    it('goes on where a search was when scans come and go meanwhile', async () => {
      for (let n = 1; n <= 9; n += 1) await index.create(exampleRecord(n, { state: n % 2 ? 'running' : 'queued' }));
      const query = { tenant: 'default', limit: 2, state: 'running' } as const;
      const first = await index.list({ ...query, cursor: null });
      await index.create(exampleRecord(11, { state: 'running' }));
      await index.delete(scanId(7));
      const second = await index.list({ ...query, cursor: first.cursor });
      expect([...first.scans, ...second.scans].map(({ id }) => id)).toEqual([9, 7, 5, 3].map(scanId));
    });

    it('looks at so many records for one page and no more, and says where to go on', async () => {
      const rare = exampleRecord(0, done('likely_manipulated', 0.9));
      await index.create(rare);
      const many = Array.from({ length: maxRecordsRead }, (_, n) => exampleRecord(n + 1));
      await Promise.all(many.map((record) => index.create(record)));
      const pages = await pagesOf({ verdict: 'likely_manipulated' });
      expect(pages.map(({ scans }) => scans.map(({ id }) => id))).toEqual([[], [rare.id]]);
      expect(await pagesOf({ verdict: 'likely_manipulated', createdAfter: at(1) })).toEqual([
        { scans: [], cursor: null },
      ]);
    });

    it('refuses the cursor of another query', async () => {
      for (const n of [1, 2, 3]) await index.create(exampleRecord(n));
      const query = { tenant: 'default', state: 'queued', createdAfter: at(0), minProbability: undefined } as const;
      const { cursor } = await index.list({ ...query, limit: 1, cursor: null });
      const same = { ...query, createdAfter: '2026-01-01T01:00:00+01:00', limit: 9, cursor };
      expect((await index.list(same)).scans.map(({ id }) => id)).toEqual([2, 1].map(scanId));
      const others: Partial<ScanQuery>[] = [
        { tenant: 'acme' },
        { state: undefined },
        { state: 'running' },
        { verdict: 'rejected' },
        { label: 'unsure' },
        { media: mediaId(1) },
        { minProbability: 0 },
        { maxProbability: 0 },
        { createdAfter: at(1) },
        { createdAfter: undefined, createdBefore: at(0) },
      ];
      for (const other of others)
        await expect(index.list({ ...query, limit: 1, cursor, ...other })).rejects.toThrow(/other filters/);
    });

    it.each(['nonsense', '', Buffer.from('2026-01-01/sc_x').toString('base64url'), '*', '+'])(
      'refuses the cursor %j',
      async (cursor) => {
        await expect(index.list({ tenant: 'default', limit: 1, cursor })).rejects.toThrow(ListCursorError);
      },
    );
  });

  describe('scans of a media item, and delete', () => {
    it('knows every scan of a media item', async () => {
      for (const n of [1, 2, 3]) await index.create(exampleRecord(n, { media: mediaId(n % 2) }));
      expect(await index.scansOfMedia(mediaId(1), 'default')).toEqual([scanId(1), scanId(3)].sort());
      expect(await index.scansOfMedia(mediaId(0), 'default')).toEqual([scanId(2)]);
      expect(await index.scansOfMedia(mediaId(7), 'default')).toEqual([]);
    });

    it('forgets everything about a deleted scan, which may then be created anew', async () => {
      await index.create(exampleRecord(1, { state: 'done' }));
      await index.create(exampleRecord(2, { state: 'running' }));
      await index.markSegmentDone(scanId(2), 0);
      for (const n of [1, 2, 2]) await index.delete(scanId(n));
      expect(await index.get(scanId(1))).toBeNull();
      expect(await index.scansOfMedia(mediaId(1), 'default')).toEqual([]);
      expect(await index.list({ tenant: 'default', limit: 10, cursor: null })).toEqual({ scans: [], cursor: null });
      expect(await index.create(exampleRecord(2))).toBe('created');
      expect(await index.markSegmentDone(scanId(2), 5)).toBe(1);
    });
  });

  const describeEvents = eventsMayBeLost ? () => undefined : describe;
  describeEvents('events', () => {
    it('arrive in order at every listener of their scan, and no other', async () => {
      const [one, same, other]: ScanEvent[][] = [[], [], []];
      const ends = await Promise.all([
        index.subscribe(scanId(1), (event) => one?.push(event)),
        index.subscribe(scanId(1), (event) => same?.push(event)),
        index.subscribe(scanId(2), (event) => other?.push(event)),
      ]);
      const sent = Array.from({ length: 20 }, (_, percent) => exampleEvent(1, { percent }));
      for (const event of sent) await index.publish(event);
      await index.publish(exampleEvent(2));
      await until(() => one?.length === 20 && same?.length === 20 && other?.length === 1);
      expect([one, same, other]).toEqual([sent, sent, [exampleEvent(2)]]);
      await Promise.all(ends.map((end) => end()));
    });

    it('stop when the subscription ends, also when it ends twice, and others go on', async () => {
      const [ended, going]: ScanEvent[][] = [[], []];
      const listener = (event: ScanEvent): void => void ended?.push(event);
      const end = await index.subscribe(scanId(1), listener);
      const keep = await index.subscribe(scanId(1), (event) => going?.push(event));
      await end();
      await end();
      await index.publish(exampleEvent(1));
      await until(() => going?.length === 1);
      expect(ended).toEqual([]);
      await keep();
      const again = await index.subscribe(scanId(1), listener);
      await index.publish(exampleEvent(1));
      await until(() => ended?.length === 1);
      await again();
      expect(going).toHaveLength(1);
    });

    it('a subscription that ends while another begins leaves the other live', async () => {
      for (let round = 0; round < 20; round += 1) {
        const end = await index.subscribe(scanId(1), () => {});
        const seen: ScanEvent[] = [];
        const [keep] = await Promise.all([index.subscribe(scanId(1), (event) => seen.push(event)), end()]);
        await index.publish(exampleEvent(1));
        await until(() => seen.length === 1);
        const last = keep();
        const next = await index.subscribe(scanId(1), (event) => seen.push(event));
        await last;
        await index.publish(exampleEvent(1));
        await until(() => seen.length === 2);
        await next();
      }
    });

    it('a listener that throws stops neither the publisher nor the others', async () => {
      const seen: ScanEvent[] = [];
      const bad = await index.subscribe(scanId(1), () => {
        throw new Error('a listener’s mistake');
      });
      const good = await index.subscribe(scanId(1), (event) => seen.push(event));
      await index.publish(exampleEvent(1));
      await index.publish(exampleEvent(1));
      await until(() => seen.length === 2);
      await Promise.all([bad(), good()]);
    });

    it('with nobody to hear them are fine', async () => {
      await index.publish(exampleEvent(3));
    });
  });

  it('check answers, and obeys its signal', async () => {
    await index.check(new AbortController().signal);
    const reason = new Error('told to stop');
    await expect(index.check(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
}

/** Longer than anything here takes, shorter than a test may: a wait that is in vain ends with the test. */
const givesUpAfterMs = 30_000;
const pauseMs = 2;

/** Waits for something that a callback will make true. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + givesUpAfterMs;
  while (!(await isTrue())) {
    if (Date.now() > giveUpAt) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

type Pick = <T>(...choices: [T, ...T[]]) => T;

/** A small seeded generator (mulberry32): the same series in every run. */
function randomPicker(seed: number): Pick {
  let state = seed;
  return (...choices) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return choices[((bits ^ (bits >>> 14)) >>> 0) % choices.length] ?? choices[0];
  };
}

function randomPatch(pick: Pick): Partial<ScanRecord> {
  return {
    updatedAt: at(pick(1, 2, 3)),
    // Mostly running, or the first final state would end every series early.
    state: pick(
      undefined,
      undefined,
      undefined,
      'running',
      'running',
      'running',
      'queued',
      'failed',
      'done',
      'cancelled',
    ),
    stage: pick(undefined, 'intake', 'probe', 'plan', 'look', 'judge', 'publish'),
    percent: pick(undefined, 0, 1e-9, 9, 10, 33.333333333333336, 99.99999999999999, 100),
    segments: pick<number | null | undefined>(undefined, null, 1, 12),
    segmentsDone: pick(undefined, 0, 2, 10),
    probability: pick<number | null | undefined>(undefined, null, 0.1234567890123456),
    name: pick<string | null | undefined>(undefined, null, 'a'),
  };
}
