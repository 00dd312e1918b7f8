import { Param } from '@nestjs/common';
import { TenantId } from '@assay/contracts';
import { ZodPipe } from './zod.pipe';

/** The tenant that a route names in its path; who asks for it is told by `Tenant`. */
export const TenantParam = (): ParameterDecorator => Param('tenant', new ZodPipe(TenantId, 'tenant'));
