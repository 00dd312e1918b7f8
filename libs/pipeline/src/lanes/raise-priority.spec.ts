/**
 * Invariants, with a real Redis and a real store: a scan is put into the lane that it was asked for in; asking again moves
 * up and never down, also where the scan starts anew; cut off half-way, asking again does the rest; what a crash left without a job comes back in its lane.
 */
import { defaultTenant, type Lane, type ScanRecord } from '@assay/contracts';
import { PermanentError } from '../errors';
import { failScan } from '../fail-scan';
import { addScanFlow } from '../flows';
import type { OpenPorts } from '../open-ports';
import type { ScanQueues } from '../open-queues';
import { jobIdFor } from '../queues';
import { registerScan, submitScan } from '../submit';
import { sweep } from '../sweep';
import { addScans } from '../testing/lane-jobs';
import { testPlan } from '../testing/test-plan';
import { newMedia, noAbort, testPorts } from '../testing/test-ports';
import { withQueues } from '../testing/with-queues';

let queues: ScanQueues;
let ports: OpenPorts;
let media: string;

withQueues((opened) => (queues = opened.queues));
beforeEach(async () => {
  ports = await testPorts();
  media = await newMedia(ports);
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const name of ['plan', 'look', 'judge'] as const) await queues[name].obliterate({ force: true });
  await ports.close();
});

const submit = async (priority?: Lane) =>
  (await submitScan(ports, queues, { tenant: defaultTenant, media, priority }, noAbort)).scan;
const planJob = (scan: ScanRecord) => queues.plan.getJob(jobIdFor('plan', scan.id, scan.modelSet));
const planLane = async (scan: ScanRecord) => (await planJob(scan))?.data.turn?.lane;

it('a scan is standard unless said otherwise, and its lane is kept with it', async () => {
  const scan = await submit();
  expect([scan.priority, await planLane(scan)]).toEqual(['standard', 'standard']);
  expect(await ports.index.get(scan.id)).toMatchObject({ priority: 'standard' });
});

it('asking again moves a scan up, and never down', async () => {
  await addScans(queues, 'default', 'backfill', 5);
  const scan = await submit('backfill');
  const rank = async () => (await queues.turns.placesOf('plan', [(await planJob(scan))?.id ?? '']))[0]?.rank;
  expect(await rank()).toBe(5);
  expect(await submit('live')).toMatchObject({ id: scan.id, priority: 'live' });
  expect([await rank(), await planLane(scan)]).toEqual([0, 'live']);
  expect(await submit('backfill')).toMatchObject({ priority: 'live' });
  expect(await submit()).toMatchObject({ priority: 'live' });
  expect([await rank(), await planLane(scan)]).toEqual([0, 'live']);
});

it('moves up the looks of a scan that is planned', async () => {
  const scan = await submit('backfill');
  await queues.plan.remove(jobIdFor('plan', scan.id, scan.modelSet));
  await ports.index.update(scan.id, { state: 'running', segments: 2 });
  await addScanFlow(queues, scan, testPlan(2));
  await submit('live');
  for (const part of [0, 1]) {
    const look = await queues.look.getJob(jobIdFor('look', scan.id, scan.modelSet, part));
    expect(look?.data.turn?.lane).toBe('live');
  }
});

it.each([
  ['backfill', 'live', 'live'],
  ['live', 'backfill', 'live'],
  ['live', undefined, 'live'],
] as const)('a %s scan that failed and is asked for anew as %s is %s', async (before, wanted, lane) => {
  const { id } = await submit(before);
  await queues.plan.obliterate({ force: true });
  await failScan(id, new PermanentError('It broke.'), ports, noAbort);
  const anew = await submit(wanted);
  expect(anew).toMatchObject({ id, state: 'queued', priority: lane });
  expect([await planLane(anew), (await ports.index.get(id))?.priority]).toEqual([lane, lane]);
});

it('moves up what another caller, less urgent, has started anew a moment before', async () => {
  const { id } = await submit('backfill');
  await queues.plan.obliterate({ force: true });
  const failed = await failScan(id, new PermanentError('It broke.'), ports, noAbort);
  await submit('backfill');
  // As he saw it who asks now.
  jest.spyOn(ports.index, 'get').mockResolvedValueOnce(failed);
  const anew = await submit('live');
  expect(anew).toMatchObject({ priority: 'live', restarts: 1 });
  expect([await planLane(anew), (await ports.index.get(id))?.priority]).toEqual(['live', 'live']);
});

it('asking again finishes what was cut off between record and jobs', async () => {
  const scan = await submit('backfill');
  await ports.index.update(scan.id, { priority: 'live' });
  expect(await planLane(scan)).toBe('backfill');
  await submit('live');
  expect(await planLane(scan)).toBe('live');
});

it('what a crash left without a job comes back in its lane', async () => {
  const { scan } = await registerScan(ports, { tenant: defaultTenant, media, priority: 'backfill' }, noAbort);
  // As by a process that died between the turn and the job.
  await queues.turns.take('plan', { tenant: 'default', lane: 'backfill' }, 1);
  expect(await planJob(scan)).toBeUndefined();
  expect(await sweep(ports, queues, noAbort)).toMatchObject({ redriven: 1 });
  expect(await planLane(scan)).toBe('backfill');
});
