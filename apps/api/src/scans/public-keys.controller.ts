import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { PublicKeySet } from '@assay/contracts';
import { listPublicKeys, type Ports } from '@assay/pipeline';
import type { Response } from 'express';
import { Describe } from '../docs/describe';
import { CLOSING, PORTS } from '../tokens';

/** A key that is new, or was taken away, is known within this time. */
const caching = 'public, max-age=300';

@Controller('.well-known/assay-keys.json')
export class PublicKeysController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'Public keys of verdicts',
    detail: 'A JSON Web Key Set (RFC 7517): all keys that verdicts were signed with, earlier ones too.',
    open: true,
    answers: { 200: { schema: 'PublicKeySet', text: 'The keys' } },
  })
  async get(@Res({ passthrough: true }) response: Response): Promise<PublicKeySet> {
    response.set('cache-control', caching);
    return { keys: await listPublicKeys(this.ports.store, this.closing) };
  }
}
