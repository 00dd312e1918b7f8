import { Controller, Get, Inject, Query } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { ListAudit as ListAuditSchema } from '@assay/contracts';
import type { AuditList, ListAudit } from '@assay/contracts';
import { AuditLog } from '@assay/pipeline';
import { Caller, type Principal } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING } from '../tokens';

@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditLog,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'The audit log, newest first',
    detail:
      'Who changed what, and who was denied, with the hash chain that `assay audit verify` checks. Of the own tenant; operators see all.',
    query: 'ListAudit',
    answers: { 200: { schema: 'AuditList', text: 'One page; give `next` as `cursor` to get the one after it' } },
    refusals: [400],
  })
  list(@Caller() caller: Principal, @Query(new ZodPipe(ListAuditSchema)) query: ListAudit): Promise<AuditList> {
    const tenant = caller.permissions.has('tenants:write') ? null : caller.tenant;
    return this.audit.list(tenant, query, this.closing);
  }
}
