import { Body, Controller, Delete, Get, Inject, Param, Post, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  ApiKeyId as ApiKeyIdSchema,
  CreateApiKey as CreateApiKeySchema,
  RotateApiKey as RotateApiKeySchema,
} from '@assay/contracts';
import type {
  ApiKey,
  ApiKeyId,
  ApiKeyList,
  ApiKeyWithSecret,
  CreateApiKey,
  RotateApiKey,
  TenantId,
} from '@assay/contracts';
import { createApiKey, getApiKey, listApiKeys, type Ports, revokeApiKey, rotateApiKey } from '@assay/pipeline';
import type { Response } from 'express';
import { KeyRing } from '../auth/key-ring';
import { permissionsOf } from '../auth/permissions';
import { Caller, type Principal, Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';

const keyParam = () => Param('key', new ZodPipe(ApiKeyIdSchema, 'key'));
/** An answer that holds a secret. */
const notStored = 'no-store';

@Controller('v1/keys')
export class KeysController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly keyRing: KeyRing,
  ) {}

  @Post()
  @Describe({
    summary: 'Make an API key',
    detail:
      'The answer is the only one that holds it. Nobody can give more than he has; operators can, and also for another tenant, which comes into being with its first key.',
    body: 'CreateApiKey',
    answers: { 201: { schema: 'ApiKeyWithSecret', text: 'Made, with the key itself', headers: ['Location'] } },
    refusals: [400, 413, 415],
  })
  async create(
    @Caller() caller: Principal,
    @Body(new ZodPipe(CreateApiKeySchema)) wanted: CreateApiKey,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApiKeyWithSecret> {
    const tenant = wanted.tenant ?? caller.tenant;
    assertMayGive(caller, { tenant, roles: wanted.roles, scopes: wanted.scopes ?? null });
    const made = await createApiKey({ ...wanted, tenant }, caller.key, this.ports.store, this.closing);
    response.location(`/v1/keys/${made.id}`).set('cache-control', notStored);
    return made;
  }

  @Get()
  @Describe({
    summary: 'List API keys, newest first',
    detail: 'With what has ended, and without the keys themselves.',
    answers: { 200: { schema: 'ApiKeyList', text: 'All of the tenant' } },
  })
  async list(@Tenant() tenant: TenantId): Promise<ApiKeyList> {
    return { keys: await listApiKeys(tenant, this.ports.store, this.closing) };
  }

  @Get(':key')
  @Describe({
    summary: 'One API key',
    params: { key: 'ApiKeyId' },
    answers: { 200: { schema: 'ApiKey', text: 'Without the key itself' } },
    refusals: [400, 'key-not-found'],
  })
  get(@Caller() caller: Principal, @keyParam() id: ApiKeyId): Promise<ApiKey> {
    return this.find(id, caller);
  }

  @Post(':key/rotate')
  @Describe({
    summary: 'Replace an API key',
    detail: 'A new key with the same rights. The old one works until `overlapSeconds` have passed.',
    body: 'RotateApiKey',
    params: { key: 'ApiKeyId' },
    answers: { 201: { schema: 'ApiKeyWithSecret', text: 'The new one', headers: ['Location'] } },
    refusals: [400, 'key-not-found', 'key-ended', 413, 415],
  })
  async rotate(
    @Caller() caller: Principal,
    @keyParam() id: ApiKeyId,
    @Body(new ZodPipe(RotateApiKeySchema)) { overlapSeconds }: RotateApiKey,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ApiKeyWithSecret> {
    assertMayGive(caller, await this.find(id, caller));
    const how = { overlapSeconds, createdBy: caller.key };
    const made = await rotateApiKey(id, whoseKeys(caller), how, this.ports.store, this.closing);
    if (!made) throw problems.keyEnded();
    this.keyRing.forget();
    response.location(`/v1/keys/${made.id}`).set('cache-control', notStored);
    return made;
  }

  @Delete(':key')
  @Describe({
    summary: 'Revoke an API key',
    detail: 'For good; it works nowhere any more after 30 seconds. It stays in the list.',
    params: { key: 'ApiKeyId' },
    answers: { 200: { schema: 'ApiKey', text: 'Revoked' } },
    refusals: [400, 'key-not-found'],
  })
  async revoke(@Caller() caller: Principal, @keyParam() id: ApiKeyId): Promise<ApiKey> {
    assertMayGive(caller, await this.find(id, caller));
    const revoked = await revokeApiKey(id, whoseKeys(caller), this.ports.store, this.closing);
    if (!revoked) throw problems.keyNotFound();
    this.keyRing.forget();
    return revoked;
  }

  private async find(id: ApiKeyId, caller: Principal): Promise<ApiKey> {
    const found = await getApiKey(id, whoseKeys(caller), this.ports.store, this.closing);
    if (!found) throw problems.keyNotFound();
    return found;
  }
}

/** Operators have those of all tenants in their hands: null. */
const whoseKeys = ({ tenant, permissions }: Principal): TenantId | null =>
  permissions.has('tenants:write') ? null : tenant;

/** Nobody gives, replaces or takes what he does not have himself; operators do. @throws ProblemError 403 */
function assertMayGive({ tenant, permissions }: Principal, key: Pick<ApiKey, 'tenant' | 'roles' | 'scopes'>): void {
  if (permissions.has('tenants:write')) return;
  if (key.tenant !== tenant) throw problems.forbidden('tenants:write');
  const lacking = [...permissionsOf(key.roles, key.scopes)].find((permission) => !permissions.has(permission));
  if (lacking) throw problems.forbidden(lacking);
}
