/**
 * Dashboards and alerts name only what the processes tell, with labels that they have; each alert has a runbook.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, unknownMetrics as unknown } from './metric-names';

const root = join(__dirname, '../..');
const alerts = readFileSync(join(root, 'infra/monitoring/alerts.yml'), 'utf8');
const dashboard = JSON.parse(readFileSync(join(root, 'infra/monitoring/grafana-dashboard.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const runbooks = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');

test('every panel asks for metrics that exist', async () => {
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) expect([title, namesIn(expr).length > 0]).toEqual([title, true]);
  }
  expect(await unknown(dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)))).toEqual([]);
});

test('alerts and dashboard name jobs that are scraped', () => {
  const configs = ['prometheus.yml', 'prometheus.kubernetes.yml'].map((name) =>
    readFileSync(join(root, 'infra/monitoring', name), 'utf8'),
  );
  const jobs = configs.map((text) => [...text.matchAll(/job_name: (\S+)/g)].map(([, name]) => name!));
  expect(jobs[0]!.filter((name) => !jobs[1]!.includes(name))).toEqual([]);
  const asked = (text: string) => [...text.matchAll(/job(=~?)"([^"]+)"/g)];
  const matchers = [alerts, ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))].flatMap(
    asked,
  );
  expect(matchers.length).toBeGreaterThan(5);
  for (const [text, sign, name = ''] of matchers) {
    const found = jobs[0]!.filter((job) => (sign === '=' ? job === name : new RegExp(`^(?:${name})$`).test(job)));
    expect([text, found.length > 0]).toEqual([text, true]);
  }
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
