import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ApiKeyId, Permission, Role, TenantId } from '@assay/contracts';

/** Who asks, as his key, token or link says. */
export interface Principal {
  /** Of a person who logged in: `oidc:` and the subject, as the provider calls him. Of a link: `link:` and a name of its own. */
  key: ApiKeyId;
  tenant: TenantId;
  roles: readonly Role[];
  permissions: ReadonlySet<Permission>;
  /** Of who has a link to one piece of evidence, and no key: when it expires, Unix time, ms. */
  linkUntil?: number;
}

const principals = new WeakMap<IncomingMessage, Principal>();

export function setPrincipal(request: IncomingMessage, principal: Principal): void {
  principals.set(request, principal);
}

/** @returns undefined on a route that needs no key, and for who has none */
export function findPrincipal(request: IncomingMessage): Principal | undefined {
  return principals.get(request);
}

/** @throws Error on a route that needs no key: nothing there may depend on who asks */
export function principalOf(request: IncomingMessage): Principal {
  const principal = principals.get(request);
  if (!principal) throw new Error('This request has no principal.');
  return principal;
}

const incoming = (context: ExecutionContext) => context.switchToHttp().getRequest<IncomingMessage>();

/** Parameter of a handler: the tenant that asks. All that a handler reads, lists or changes is his. */
export const Tenant = createParamDecorator(
  (_data: unknown, context: ExecutionContext): TenantId => principalOf(incoming(context)).tenant,
);

/** Parameter of a handler: who asks. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  principalOf(incoming(context)),
);
