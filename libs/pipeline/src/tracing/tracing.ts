import type { Context, Span } from '@opentelemetry/api';
import type { Telemetry } from 'bullmq';
import type { Config } from '../config';
import { version } from '../version';

type Api = typeof import('@opentelemetry/api');

export interface Tracing {
  /** For queues and workers of BullMQ: carries the trace in the job, from who adds it to who runs it. */
  telemetry: Telemetry<Context>;
  /**
   * A span for a request, with everything that it sets off within; child of the caller's by W3C Trace Context.
   *
   * @param emitters whose listeners belong to the request too: a body that is read is told of from outside of it
   * @param work gets what ends the span
   */
  serve(name: string, headers: object, emitters: NodeJS.EventEmitter[], work: (end: EndOfRequest) => void): void;
  /** The trace that is worked on now, to be taken to another process. */
  carrier(): TraceCarrier;
  /** Does the work as a part of a trace that came from another process. */
  within<T>(carrier: TraceCarrier, work: () => T): T;
  /** Sends what has not been sent, within seconds or not at all, and ends. */
  close(): Promise<void>;
}

/** W3C Trace Context: `traceparent` and what goes with it; empty outside of traces. */
export type TraceCarrier = Record<string, string>;

export type EndOfRequest = (attributes: { name: string; method: string; route: string; status: number | null }) => void;

/** OpenTelemetry's own registry is one for each process, and so is this; null where nothing is traced. */
let api: Api | null = null;

/**
 * Starts traces to an OTLP/HTTP collector, if `OTEL_EXPORTER_OTLP_ENDPOINT` names one; otherwise not one line of OpenTelemetry
 * is loaded. Further `OTEL_*` variables (headers, batch sizes) are read by its own libraries.
 *
 * @returns null when traces are off, or on already in this process
 */
export async function startTracing(
  service: 'api' | 'worker',
  config: Pick<Config, 'otlpEndpoint'>,
): Promise<Tracing | null> {
  if (config.otlpEndpoint === null || api) return null;
  const loaded = await import('@opentelemetry/api');
  const { openProvider } = await import('./open-provider');
  const { BullMQOtel } = await import('bullmq-otel');
  const provider = openProvider(`assay-${service}`, config.otlpEndpoint);
  api = loaded;
  const tracer = loaded.trace.getTracer('assay', version);
  return {
    telemetry: new BullMQOtel({ tracerName: 'assay', version }) as Telemetry<Context>,
    serve(name, headers, emitters, work) {
      const { context, propagation, SpanKind, trace } = loaded;
      const caller = propagation.extract(context.active(), headers);
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, caller);
      const within = trace.setSpan(caller, span);
      for (const emitter of emitters) context.bind(within, emitter);
      context.with(within, () => work((end) => endRequest(span, end, loaded)));
    },
    carrier() {
      const carrier: TraceCarrier = {};
      loaded.propagation.inject(loaded.context.active(), carrier);
      return carrier;
    },
    within(carrier, work) {
      return loaded.context.with(loaded.propagation.extract(loaded.ROOT_CONTEXT, carrier), work);
    },
    async close() {
      api = null;
      // What cannot be sent is lost: traces never fail what they tell of.
      await provider.shutdown().catch(() => undefined);
      loaded.trace.disable();
      loaded.context.disable();
      loaded.propagation.disable();
    },
  };
}

/** By OpenTelemetry's conventions for HTTP servers: a refusal is no error of the server. */
function endRequest(span: Span, { name, method, route, status }: Parameters<EndOfRequest>[0], loaded: Api): void {
  span.updateName(name);
  span.setAttributes({ 'http.request.method': method, 'http.route': route });
  if (status !== null) span.setAttribute('http.response.status_code', status);
  if (status === null || status >= 500) span.setStatus({ code: loaded.SpanStatusCode.ERROR });
  span.end();
}

/** Says more of what is done now, if it is traced. */
export function annotate(attributes: Record<string, string>): void {
  api?.trace.getActiveSpan()?.setAttributes(attributes);
}

/** For log lines: the trace that they belong to, by the names of OpenTelemetry's log model. */
export function traceIds(): { trace_id: string; span_id: string } | Record<string, never> {
  const span = api?.trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
