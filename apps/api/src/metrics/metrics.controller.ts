import { Controller, Get, Inject, Res } from '@nestjs/common';
import { queueNames, type ScanQueues } from '@assay/pipeline';
import type { Response } from 'express';
import { Gauge } from 'prom-client';
import { Describe } from '../docs/describe';
import { QUEUES } from '../tokens';
import { ApiMetrics } from './api-metrics';

@Controller('metrics')
export class MetricsController {
  private readonly jobs: Gauge<'queue' | 'state'>;

  constructor(
    private readonly metrics: ApiMetrics,
    @Inject(QUEUES) private readonly queues: ScanQueues,
  ) {
    this.jobs = new Gauge({
      name: 'assay_queue_jobs',
      help: 'Jobs by queue and state: what a fleet is scaled by',
      labelNames: ['queue', 'state'],
      registers: [metrics.registry],
    });
  }

  @Get()
  @Describe({
    summary: 'Metrics for Prometheus',
    answers: { 200: { media: ['text/plain'], text: 'Text format' } },
  })
  async get(@Res() response: Response): Promise<void> {
    await this.countJobs();
    response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
  }

  /** Without Redis the rest is still worth telling. */
  private async countJobs(): Promise<void> {
    this.jobs.reset();
    await Promise.allSettled(
      queueNames.map(async (queue) => {
        for (const [state, count] of Object.entries(await this.queues[queue].getJobCounts())) {
          this.jobs.set({ queue, state }, count);
        }
      }),
    );
  }
}
