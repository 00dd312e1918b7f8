import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { TenantId } from '@assay/contracts';

/** Who asks, as his key says. */
export interface Principal {
  tenant: TenantId;
}

const principals = new WeakMap<IncomingMessage, Principal>();

export function setPrincipal(request: IncomingMessage, principal: Principal): void {
  principals.set(request, principal);
}

/** @throws Error on a route that needs no key: nothing there may depend on who asks */
export function principalOf(request: IncomingMessage): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error('This request has no principal.');
  return principal;
}

/** Parameter of a handler: the tenant that asks. All that a handler reads, lists or changes is his. */
export const Tenant = createParamDecorator(
  (_data: unknown, context: ExecutionContext): TenantId =>
    principalOf(context.switchToHttp().getRequest<IncomingMessage>()).tenant,
);
