import { AggregatorRegistry, type RegistryContentType } from 'prom-client';
import type { Engine } from './engine/engine';
import type { WorkerMetrics } from './metrics';

/** Text for a scraper, and its type: of the process that takes the jobs and of its engine, which `part` tells apart where both have the same. */
export async function gatherMetrics(
  metrics: WorkerMetrics,
  engine: Engine,
): Promise<{ text: string; contentType: RegistryContentType }> {
  const parts = await Promise.all([metrics.registry.getMetricsAsJSON(), engine.metrics()]);
  const registry = AggregatorRegistry.aggregate(parts);
  return { text: await registry.metrics(), contentType: registry.contentType };
}
