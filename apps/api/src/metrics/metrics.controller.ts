import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Ports, ScanQueues } from '@assay/pipeline';
import type { Response } from 'express';
import { Describe } from '../docs/describe';
import { CLOSING, PORTS, QUEUES } from '../tokens';
import { ApiMetrics } from './api-metrics';
import { DeliveryGauge } from './delivery-gauge';
import { ModelGauges } from './model-gauges';
import { QueueGauges } from './queue-gauges';

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
    await Promise.all([
      this.queues.refresh(now),
      this.deliveries.refresh(now, this.closing),
      this.models.refresh(this.closing),
    ]);
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
