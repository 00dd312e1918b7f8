import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { RotateSecret as RotateSecretSchema } from '@assay/contracts';
import type { CallbackSecret, CallbackSecretShown, RotateSecret, TenantId } from '@assay/contracts';
import { describeCallbackSecret, type Ports, rotateCallbackSecret } from '@assay/pipeline';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS } from '../tokens';

@Controller('v1/callback-secret')
export class CallbackSecretController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'What signs callbacks',
    detail: 'One secret signs the callbacks of all scans of a tenant; while it is being changed, two do.',
    answers: {
      200: { schema: 'CallbackSecret', text: 'Without what is secret; an empty list before the first was made' },
    },
  })
  get(@Tenant() tenant: TenantId): Promise<CallbackSecret> {
    return describeCallbackSecret(tenant, this.ports.store, this.closing);
  }

  @Post('rotate')
  @HttpCode(200)
  @Describe({
    summary: 'Make the secret of callbacks, or a new one',
    detail:
      'The one before it signs as well until `overlapSeconds` have passed. The answer is the only one that holds it. Until there is one, scans with a callback are refused.',
    body: 'RotateSecret',
    answers: { 200: { schema: 'CallbackSecretShown', text: 'With the new secret' } },
    refusals: [400, 413, 415],
  })
  async rotate(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(RotateSecretSchema)) request: RotateSecret,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CallbackSecretShown> {
    response.set('cache-control', 'no-store');
    return rotateCallbackSecret(tenant, request, this.ports.store, this.closing);
  }
}
