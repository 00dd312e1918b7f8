import { ApiMetrics } from '../../apps/api/src/metrics/api-metrics';
import { DeliveryGauge } from '../../apps/api/src/metrics/delivery-gauge';
import { ModelGauges } from '../../apps/api/src/metrics/model-gauges';
import { QueueGauges } from '../../apps/api/src/metrics/queue-gauges';
import { EngineMetrics } from '../../apps/worker/src/engine/engine-metrics';
import { WorkerMetrics } from '../../apps/worker/src/metrics';

/** Names as a scraper sees them: a histogram shows three. */
async function metricNames(): Promise<Set<string>> {
  const api = new ApiMetrics().registry;
  new QueueGauges({} as never, api);
  new DeliveryGauge({} as never, api);
  new ModelGauges({} as never, api);
  const names = new Set<string>(['up']);
  for (const registry of [api, new WorkerMetrics().registry, new EngineMetrics().registry]) {
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      // prom-client's typings say enum, its values are words.
      const parts = String(type) === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
      for (const part of parts) names.add(name + part);
    }
  }
  return names;
}

/** Metrics of ours that a PromQL expression asks for. */
export const namesIn = (expression: string): string[] => expression.match(/\b(?:assay|process|nodejs)_[a-z_]+/g) ?? [];
/** @returns those that no process of ours tells */
export const unknownMetrics = async (expressions: string[]): Promise<string[]> => {
  const known = await metricNames();
  return expressions.flatMap(namesIn).filter((name) => !known.has(name));
};
