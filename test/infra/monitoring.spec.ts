/**
 * Dashboards and alerts name only what the processes tell, with labels that they have; each alert has a runbook.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiMetrics } from '../../apps/api/src/metrics/api-metrics';
import { DeliveryGauge } from '../../apps/api/src/metrics/delivery-gauge';
import { QueueGauges } from '../../apps/api/src/metrics/queue-gauges';
import { WorkerMetrics } from '../../apps/worker/src/metrics';

const root = join(__dirname, '../..');
const alerts = readFileSync(join(root, 'infra/monitoring/alerts.yml'), 'utf8');
const dashboard = JSON.parse(readFileSync(join(root, 'infra/monitoring/grafana-dashboard.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const runbooks = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');

/** Names as a scraper sees them: a histogram shows three. */
async function metricNames(): Promise<Set<string>> {
  const api = new ApiMetrics().registry;
  new QueueGauges({} as never, api);
  new DeliveryGauge({} as never, api);
  const names = new Set<string>(['up']);
  for (const registry of [api, new WorkerMetrics().registry]) {
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      // prom-client's typings say enum, its values are words.
      const parts = String(type) === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
      for (const part of parts) names.add(name + part);
    }
  }
  return names;
}

const namesIn = (expression: string): string[] => expression.match(/\b(?:assay|process|nodejs)_[a-z_]+/g) ?? [];
const unknown = async (expressions: string[]): Promise<string[]> => {
  const known = await metricNames();
  return expressions.flatMap(namesIn).filter((name) => !known.has(name));
};

test('every panel asks for metrics that exist', async () => {
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) expect([title, namesIn(expr).length > 0]).toEqual([title, true]);
  }
  expect(await unknown(dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)))).toEqual([]);
});

test('every alert asks for metrics that exist and has a runbook', async () => {
  expect(await unknown([alerts])).toEqual([]);
  const names = [...alerts.matchAll(/- alert: (\w+)/g)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) {
    expect(alerts).toContain(`runbook: docs/monitoring.md#${name.toLowerCase()}`);
    expect(runbooks).toContain(`### ${name}\n`);
  }
});
