import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { Lane, ScanRate as ScanRateSchema } from '@assay/contracts';
import type { ScanRate, TenantId } from '@assay/contracts';
import { type Ports, type ScanQueues, scanRateOf, setScanRate } from '@assay/pipeline';
import { Describe } from '../docs/describe';
import { TenantParam } from '../http/tenant-param';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES, SCAN_RATE } from '../tokens';

@Controller('v1/tenants/:tenant/scan-rate')
export class ScanRatesController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(SCAN_RATE) private readonly fallback: ScanRate,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'How many scans of a tenant are begun a minute',
    params: { tenant: 'TenantId' },
    answers: { 200: { schema: 'ScanRate', text: 'Lane by lane; null = any number' } },
    refusals: [400],
  })
  rate(@TenantParam() tenant: TenantId): Promise<ScanRate> {
    return scanRateOf(tenant, this.fallback, this.ports.store, this.closing);
  }

  @Put()
  @Describe({
    summary: 'Set how many scans of a tenant are begun a minute',
    detail:
      'In place of what the operator has set for all. Null = any number. Scans beyond it wait in their lane; none is refused.',
    body: 'ScanRate',
    params: { tenant: 'TenantId' },
    answers: { 200: { schema: 'ScanRate', text: 'As it is now' } },
    refusals: [400, 413, 415],
  })
  async set(@TenantParam() tenant: TenantId, @Body(new ZodPipe(ScanRateSchema)) rate: ScanRate): Promise<ScanRate> {
    await setScanRate(tenant, rate, this.ports.store, this.closing);
    await Promise.all(Lane.options.map((lane) => this.queues.starts.call({ tenant, lane })));
    return rate;
  }
}
