/**
 * Scans of the benchmark. All that a worker has to know of one is in its id, so that no store is measured with the queues:
 * `sc_`, 8 digits of number, 4 of tenant, 2 of lane, 2 of segments, filled up with zeros.
 */
import { Lane } from '@assay/contracts';

const lanes = Lane.options;
const hex = (value, digits) => value.toString(16).padStart(digits, '0');

/** @returns the scan's record */
export function makeScan({ number, tenant, lane, segments }) {
  const id = `sc_${hex(number, 8)}${hex(tenant, 4)}${hex(lanes.indexOf(lane), 2)}${hex(segments, 2)}`.padEnd(35, '0');
  return readScan(id).record;
}

export function readScan(id) {
  const part = (from, digits) => parseInt(id.slice(3 + from, 3 + from + digits), 16);
  const segments = part(14, 2);
  const at = '2030-01-01T00:00:00Z';
  const record = {
    schema: 'assay.scan/1',
    id,
    tenant: `tenant-${part(8, 4)}`,
    media: 'a'.repeat(64),
    name: null,
    policy: 'default',
    modelSet: 'b'.repeat(64),
    priority: lanes[part(12, 2)],
    state: 'queued',
    stage: 'intake',
    percent: 0,
    segments,
    segmentsDone: 0,
    verdict: null,
    probability: null,
    rejection: null,
    failure: null,
    createdAt: at,
    updatedAt: at,
  };
  const plan = { segments: Array.from({ length: segments }, (_, index) => ({ index })) };
  return { record, plan };
}
