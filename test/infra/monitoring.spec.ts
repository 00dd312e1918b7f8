/**
 * Dashboards and alerts name only what the processes tell, with labels that they have; each alert has a runbook.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queueNames } from '@assay/pipeline';
import { parse } from 'yaml';
import { namesIn, unknownMetrics as unknown } from './metric-names';

const root = join(__dirname, '../..');
const alerts = readFileSync(join(root, 'infra/monitoring/alerts.yml'), 'utf8');
const dashboard = JSON.parse(readFileSync(join(root, 'infra/monitoring/grafana-dashboard.json'), 'utf8')) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
/** By the name of the alert. */
const rules = new Map(
  (parse(alerts) as { groups: { rules: { alert: string; expr: string }[] }[] }).groups.flatMap(({ rules: list }) =>
    list.map(({ alert, expr }) => [alert, expr] as const),
  ),
);
const runbooks = readFileSync(join(root, 'docs/monitoring.md'), 'utf8');

test('every panel asks for metrics that exist', async () => {
  for (const { title, targets } of dashboard.panels) {
    for (const { expr } of targets) expect([title, namesIn(expr).length > 0]).toEqual([title, true]);
  }
  expect(await unknown(expressions)).toEqual([]);
});

test('alerts and dashboard name jobs that are scraped', () => {
  const configs = ['prometheus.yml', 'prometheus.kubernetes.yml'].map((name) =>
    readFileSync(join(root, 'infra/monitoring', name), 'utf8'),
  );
  const jobs = configs.map((text) => [...text.matchAll(/job_name: (\S+)/g)].map(([, name]) => name!));
  expect(jobs[0]!.filter((name) => !jobs[1]!.includes(name))).toEqual([]);
  const asked = (text: string) => [...text.matchAll(/job(=~?)"([^"]+)"/g)];
  const matchers = [alerts, ...expressions].flatMap(asked);
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

describe('a queue that stands still', () => {
  /** Queues that one of an expression's matchers lets through. */
  const named = (expression: string) => {
    const matchers = [...expression.matchAll(/queue(=~?)"([^"]+)"/g)];
    return queueNames.filter((queue) =>
      matchers.some(([, sign, value = '']) =>
        sign === '=' ? queue === value : new RegExp(`^(?:${value})$`).test(queue),
      ),
    );
  };

  it.each(queueNames.filter((name) => name !== 'shadow'))('raises an alert: %s', (queue) => {
    // `shadow` is done in time that nobody else wants, so waiting is no fault of it.
    const watching = ['AssayNothingDone', 'AssayHousekeepingOld'].map((alert) => rules.get(alert) ?? '');
    expect(watching.flatMap(named)).toContain(queue);
  });

  it('raises one where sweeps begin and none ends', () => {
    expect(rules.get('AssaySweepFailing')).toMatch(/queue="sweep", outcome="completed".*\[15m\]\)\) == 0$/);
  });

  it('is on the dashboard, whatever it is called', () => {
    expect(expressions.filter((expression) => expression.includes('queue!='))).toEqual([]);
  });
});
