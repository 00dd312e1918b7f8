import { serveMetrics } from '../../apps/worker/src/metrics-server';
import { startTestApi } from '../support/api';

export type Part = 'api' | 'worker';

/** Asks real servers for addresses that a probe or a scraper would: without a key, and with one for `/metrics`. */
export async function statusesOf(asked: Record<Part, string[]>): Promise<Record<string, number>> {
  const api = await startTestApi();
  const metrics = await serveMetrics(async () => ({ text: '', contentType: 'text/plain' }), {
    host: '127.0.0.1',
    port: 0,
  });
  try {
    const bases = { api: api.url, worker: `http://127.0.0.1:${metrics.port}` };
    const statuses: Record<string, number> = {};
    for (const part of ['api', 'worker'] as const) {
      for (const path of asked[part]) statuses[`${part} ${path}`] = (await fetch(bases[part] + path)).status;
    }
    return statuses;
  } finally {
    await metrics.close();
    await api.close();
  }
}
