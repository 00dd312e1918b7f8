import { type Context, SpanKind } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
} from '@opentelemetry/sdk-trace-node';
import { version } from '../version';

/** A worker that waits for jobs begins nothing: its looking and renewing of locks would be most of all traces. */
const wantsBeginnings: Sampler = {
  shouldSample: (_context: Context, _traceId: string, _name: string, kind: SpanKind) => ({
    decision: kind === SpanKind.INTERNAL ? SamplingDecision.NOT_RECORD : SamplingDecision.RECORD_AND_SAMPLED,
  }),
  toString: () => 'WantsBeginnings',
};

/** A collector that is away must not hold up the end of a process, ms. */
const sendMs = 3_000;

/** Makes this process send its spans. @param endpoint of an OTLP/HTTP collector, without `/v1/traces` */
export function openProvider(service: string, endpoint: string): NodeTracerProvider {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: sendMs });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    sampler: new ParentBasedSampler({ root: wantsBeginnings }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  // No baggage: what callers put there may be of persons, and would go into jobs.
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return provider;
}
