import { AggregatorRegistry, type MetricObject, type RegistryContentType } from 'prom-client';
import type { Engine } from './engine/engine';
import type { WorkerMetrics } from './metrics';

/** Text for a scraper, and its type: of the process that takes the jobs and of its engine, which `part` tells apart where both have the same. */
export async function gatherMetrics(
  metrics: WorkerMetrics,
  engine: Engine,
): Promise<{ text: string; contentType: RegistryContentType }> {
  const parts = await Promise.all([metrics.registry.getMetricsAsJSON(), engine.metrics()]);
  // No series stands in both: nothing is added up, and nothing need be left out, as start times would be.
  const registry = AggregatorRegistry.aggregate(parts.map((part) => part.map(kept)));
  return { text: await registry.metrics(), contentType: registry.contentType };
}

const kept = (metric: MetricObject): MetricObject => ({ ...metric, aggregator: 'sum' });
