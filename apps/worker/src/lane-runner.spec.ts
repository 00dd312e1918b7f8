/** A tenant's place is given back when its job has ended, also where Redis is away at that moment. */
import { createLog, type LaneQueue } from '@assay/pipeline';
import { type LaneParts, LaneRunner } from './lane-runner';
import { WorkerMetrics } from './metrics';

it('gives the place back once Redis is there again', async () => {
  const places = new Set<string>();
  let away = 2;
  const gate = {
    enter: async (job: string) => void places.add(job),
    leave: async (job: string) => {
      if ((away -= 1) >= 0) throw new Error('connection is closed');
      places.delete(job);
    },
  };
  const turns = { started: async () => {}, finished: async () => {} };
  const parts = { turns, gate, metrics: new WorkerMetrics(), log: createLog({ level: 'silent' }) };
  const tracked: Promise<void>[] = [];
  const lanes = new LaneRunner('look' as LaneQueue, parts as unknown as LaneParts, (work) => void tracked.push(work));
  const payload = { tenant: 'acme', turn: { lane: 'standard', at: 1 } };
  await lanes.run('job', payload, async () => expect([...places]).toEqual(['job']));
  await Promise.all(tracked);
  expect([...places]).toEqual([]);
});
