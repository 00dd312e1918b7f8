import { Body, Controller, Get, Inject, Put } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { Quota as QuotaSchema } from '@assay/contracts';
import type { Quota, QuotaUsage, TenantId } from '@assay/contracts';
import { type Ports, setQuota } from '@assay/pipeline';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { TenantParam } from '../http/tenant-param';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';

@Controller('v1')
export class QuotasController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get('usage')
  @Describe({
    summary: 'What your tenant has used of its quota',
    detail: 'In the present period. `reserved` is held for uploads that are under way, by all ways in.',
    answers: { 200: { schema: 'QuotaUsage', text: 'Quota, what was used, and what is left' } },
  })
  usage(@Tenant() tenant: TenantId): Promise<QuotaUsage> {
    return this.usageOf(tenant);
  }

  @Get('tenants/:tenant/usage')
  @Describe({
    summary: 'What a tenant has used of its quota',
    params: { tenant: 'TenantId' },
    answers: { 200: { schema: 'QuotaUsage', text: 'Quota, what was used, and what is left' } },
    refusals: [400],
  })
  usageOfTenant(@TenantParam() tenant: TenantId): Promise<QuotaUsage> {
    return this.usageOf(tenant);
  }

  @Put('tenants/:tenant/quota')
  @Describe({
    summary: 'Set how much a tenant may bring in',
    detail:
      'In place of what the operator has set for all. Null = any amount. What was used already counts; what is under way goes on.',
    body: 'Quota',
    params: { tenant: 'TenantId' },
    answers: { 200: { schema: 'QuotaUsage', text: 'As it is now' } },
    refusals: [400, 413, 415],
  })
  async set(@TenantParam() tenant: TenantId, @Body(new ZodPipe(QuotaSchema)) quota: Quota): Promise<QuotaUsage> {
    await setQuota(tenant, quota, this.ports.store, this.closing);
    return this.usageOf(tenant);
  }

  private async usageOf(tenant: TenantId): Promise<QuotaUsage> {
    const { quotas } = this.ports;
    if (!quotas) throw problems.unavailable();
    return quotas.usageOf(tenant, this.closing);
  }
}
