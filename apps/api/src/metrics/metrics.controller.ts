import { Controller, Get, Inject, Res } from '@nestjs/common';
import { type Ports, type ScanQueues, underAny } from '@assay/pipeline';
import type { Response } from 'express';
import { Describe } from '../docs/describe';
import { CLOSING, PORTS, QUEUES } from '../tokens';
import { ApiMetrics } from './api-metrics';
import { DeliveryGauge } from './delivery-gauge';
import { ModelGauges } from './model-gauges';
import { QueueGauges } from './queue-gauges';

/** Below what a scrape may take (`scrape_timeout` of infra/monitoring is 14 s), ms. */
const gaugesMs = 8_000;

@Controller('metrics')
export class MetricsController {
  private readonly queues: QueueGauges;
  private readonly deliveries: DeliveryGauge;
  private readonly models: ModelGauges;

  constructor(
    private readonly metrics: ApiMetrics,
    @Inject(QUEUES) queues: ScanQueues,
    @Inject(PORTS) ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {
    this.queues = new QueueGauges(queues, metrics.registry);
    this.deliveries = new DeliveryGauge(ports.store, metrics.registry);
    this.models = new ModelGauges(ports, metrics.registry);
  }

  @Get()
  @Describe({
    summary: 'Metrics for Prometheus',
    answers: { 200: { media: ['text/plain'], text: 'Text format' } },
  })
  async get(@Res() response: Response): Promise<void> {
    const now = Date.now();
    // A store that hangs must not take the other metrics with it.
    await underAny([this.closing, AbortSignal.timeout(gaugesMs)], (signal) =>
      Promise.all([this.queues.refresh(now), this.deliveries.refresh(now, signal), this.models.refresh(signal)]),
    );
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
