import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { ScanQueues } from '@assay/pipeline';
import type { Response } from 'express';
import { Describe } from '../docs/describe';
import { QUEUES } from '../tokens';
import { ApiMetrics } from './api-metrics';
import { QueueGauges } from './queue-gauges';

@Controller('metrics')
export class MetricsController {
  private readonly queues: QueueGauges;

  constructor(
    private readonly metrics: ApiMetrics,
    @Inject(QUEUES) queues: ScanQueues,
  ) {
    this.queues = new QueueGauges(queues, metrics.registry);
  }

  @Get()
  @Describe({
    summary: 'Metrics for Prometheus',
    answers: { 200: { media: ['text/plain'], text: 'Text format' } },
  })
  async get(@Res() response: Response): Promise<void> {
    await this.queues.refresh(Date.now());
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }
}
