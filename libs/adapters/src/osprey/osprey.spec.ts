/**
 * What holds: an event becomes the JSON that Osprey's Kafka input takes apart (`input_stream.py` of roostorg/osprey: an
 * integer id of its own, a name, an object), the same each time; events are handed over in order, and a cursor is told when all
 * before it was taken.
 */
import type { ScanNews } from '@assay/contracts';
import { forwardToOsprey, type OspreyMessage } from './forward';
import { ospreyActionOf } from './osprey-action';

const news = (digit: string, changes: Partial<ScanNews['data']> = {}): ScanNews => {
  const scan = `sc_${digit.repeat(32)}`;
  return {
    id: `${scan}-verdict-published`,
    type: 'verdict.published',
    timestamp: '2026-01-02T03:04:05.678Z',
    data: {
      scan,
      tenant: 'acme',
      media: digit.repeat(64),
      policy: 'default',
      state: 'done',
      verdict: 'likely_manipulated',
      probability: 0.89,
      rejection: null,
      failure: null,
      ...changes,
    },
  };
};

/** As `KafkaInputStream._gen` reads a record. */
function readByOsprey(value: string) {
  const { send_time: sent, data } = JSON.parse(value);
  const read = { id: data.action_id, name: data.action_name, data: data.data, at: new Date(sent).toISOString() };
  if (!Number.isSafeInteger(read.id) || typeof read.name !== 'string' || typeof read.data !== 'object') {
    throw new Error('Osprey would pass this over');
  }
  return read;
}

it('an event becomes an action', () => {
  expect(readByOsprey(JSON.stringify(ospreyActionOf(news('f'))))).toEqual({
    id: expect.any(Number),
    name: 'assay_verdict_published',
    at: '2026-01-02T03:04:05.678Z',
    data: {
      event_id: `sc_${'f'.repeat(32)}-verdict-published`,
      scan_id: `sc_${'f'.repeat(32)}`,
      tenant: 'acme',
      media_sha256: 'f'.repeat(64),
      policy: 'default',
      verdict: 'likely_manipulated',
      probability: 0.89,
      rejection: null,
      failure: null,
      label: null,
      label_source: null,
      revision: null,
      mock: false,
    },
  });
  expect(ospreyActionOf(news('1'))).toEqual(ospreyActionOf(news('1')));
});

it('every event of a scan has an id of its own, and says what it changes', () => {
  const published = news('a', { label: null, labelSource: null });
  const revised = (revision: number): ScanNews => ({
    ...news('a', { label: 'confirmed_manipulated', labelSource: 'inherited', revision }),
    id: `${published.data.scan}-verdict-revised-${revision}`,
    type: 'verdict.revised',
  });
  const failed = (anew: string): ScanNews => ({
    ...published,
    id: `${published.data.scan}-scan-failed${anew}`,
    type: 'scan.failed',
  });
  const actions = [published, revised(2), revised(3), failed(''), failed('-1')].map(ospreyActionOf);
  const ids = actions.map((action) => readByOsprey(JSON.stringify(action)).id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(actions[2]?.data.data).toMatchObject({
    label: 'confirmed_manipulated',
    label_source: 'inherited',
    revision: 3,
  });
});

it('says what failed, what was rejected and what is made up', () => {
  const of = (changes: Partial<ScanNews['data']>) => ospreyActionOf(news('0', changes)).data.data;
  expect(of({ verdict: 'rejected', rejection: { code: 'too_long', message: 'x' } })).toMatchObject({
    rejection: 'too_long',
  });
  expect(of({ mock: true })).toMatchObject({ mock: true });
  const failed = ospreyActionOf({ ...news('0', { verdict: null, failure: 'why' }), type: 'scan.failed' });
  expect(failed.data).toMatchObject({ action_name: 'assay_scan_failed', data: { failure: 'why' } });
});

it('hands over in order, and tells a cursor only when all before it was taken', async () => {
  const told: string[] = [];
  const client = {
    async *feed({ after, onCursor }: { after?: string; onCursor?: (next: string) => unknown } = {}) {
      told.push(`from ${after}`);
      yield news('1');
      yield news('2');
      await onCursor?.('c2');
      yield news('3');
      throw new Error('the line is cut');
    },
  };
  const sent: OspreyMessage[] = [];
  const send = async (message: OspreyMessage) => {
    sent.push(message);
    told.push(message.key[0] ?? '');
  };
  const onCursor = (next: string) => void told.push(next);
  await expect(forwardToOsprey(client as never, send, { after: 'c0', onCursor })).rejects.toThrow('the line is cut');
  expect(told).toEqual(['from c0', '1', '2', 'c2', '3']);
  expect(sent.every(({ topic }) => topic === 'osprey.actions_input')).toBe(true);
  const failing = async () => Promise.reject(new Error('the broker is away'));
  told.length = 0;
  await expect(forwardToOsprey(client as never, failing, { onCursor })).rejects.toThrow('the broker is away');
  expect(told).toEqual(['from undefined']);
});
