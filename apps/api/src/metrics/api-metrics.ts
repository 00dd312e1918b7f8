import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** From a cached read to a large upload, seconds. */
const durationBuckets = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];
const requestLabels = ['method', 'route', 'status'] as const;
type RequestLabels = Record<(typeof requestLabels)[number], string>;

/** What this process tells about itself. A registry of its own: two services in one process do not mix. */
export class ApiMetrics {
  readonly registry = new Registry();
  readonly eventStreams: Gauge;
  private readonly requests: Histogram<(typeof requestLabels)[number]>;
  private readonly uploads: Counter<'content'>;
  private readonly uploadedBytes: Counter;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.requests = new Histogram({
      name: 'assay_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: requestLabels,
      buckets: durationBuckets,
      registers,
    });
    this.eventStreams = new Gauge({ name: 'assay_event_streams', help: 'Listeners to scan events', registers });
    this.uploads = new Counter({
      name: 'assay_uploads_total',
      help: 'Uploads taken in, by whether the content was new',
      labelNames: ['content'],
      registers,
    });
    this.uploadedBytes = new Counter({ name: 'assay_uploaded_bytes_total', help: 'Bytes of them', registers });
  }

  observeRequest(labels: RequestLabels, seconds: number): void {
    this.requests.observe(labels, seconds);
  }

  countUpload(bytes: number, created: boolean): void {
    this.uploads.inc({ content: created ? 'new' : 'known' });
    this.uploadedBytes.inc(bytes);
  }
}
