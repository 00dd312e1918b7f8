/** What holds: a log line within a traced request says its trace, one outside of it does not; what follows a body too. */
import { EventEmitter } from 'node:events';
import { createLog } from '../log';
import { annotate, startTracing, type Tracing } from './tracing';

let tracing: Tracing | null;
const lines: Record<string, unknown>[] = [];
const log = createLog({ level: 'info', service: 'x', to: { write: (line) => lines.push(JSON.parse(line)) } });
// Nobody listens there: spans that cannot be sent are given up, and nobody is told.
beforeAll(async () => void (tracing = await startTracing('api', { otlpEndpoint: 'http://127.0.0.1:1' })));
beforeEach(() => void lines.splice(0));

it('is one for a process', async () => {
  expect(await startTracing('api', { otlpEndpoint: 'http://127.0.0.1:1' })).toBeNull();
});

it('goes on from the caller, also in what a body sets off', () => {
  const request = new EventEmitter();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  tracing?.serve('POST', { traceparent }, [request], (end) => {
    log.info('within');
    request.on('data', () => log.info('with the body'));
    request.once('close', () => end({ name: 'POST /v1/x', method: 'POST', route: '/v1/x', status: 201 }));
  });
  log.info('outside');
  request.emit('data');
  request.emit('close');
  annotate({ scan: 'outside of any span' });
  const traces = lines.map(({ msg, trace_id: trace }) => [msg, trace]);
  expect(traces).toEqual([
    ['within', '0af7651916cd43dd8448eb211c80319c'],
    ['outside', undefined],
    ['with the body', '0af7651916cd43dd8448eb211c80319c'],
  ]);
});

it.each(['', 'x', '00-0-0-00', '\u0000', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`])(
  'begins a trace of its own after the traceparent %j',
  (traceparent) => {
    tracing?.serve('GET', { traceparent }, [], () => log.info('within'));
    expect(lines[0]?.['trace_id']).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  },
);

it('ends within the time that a collector gets', async () => {
  await tracing?.close();
  log.info('after');
  expect(lines[0]).not.toHaveProperty('trace_id');
});
