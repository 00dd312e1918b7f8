import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { DeadLetterId as DeadLetterIdSchema, ListDeadLetters as ListDeadLettersSchema } from '@assay/contracts';
import type { DeadLetter, DeadLetterId, DeadLetterList, ListDeadLetters } from '@assay/contracts';
import {
  dropDeadLetter,
  getDeadLetter,
  listDeadLetters,
  type Ports,
  retryDeadLetter,
  type ScanQueues,
} from '@assay/pipeline';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { CLOSING, PORTS, QUEUES } from '../tokens';

@Controller('v1/dead-letters')
export class DeadLettersController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'List dead letters, newest first',
    detail: 'Jobs that used up their attempts, or that no attempt can help. They are kept for a week.',
    query: 'ListDeadLetters',
    answers: { 200: { schema: 'DeadLetterList', text: 'The newest, and how many there are' } },
    refusals: [400],
  })
  list(@Query(new ZodPipe(ListDeadLettersSchema)) query: ListDeadLetters): Promise<DeadLetterList> {
    return listDeadLetters(this.queues, query);
  }

  @Get(':letter')
  @Describe({
    summary: 'One dead letter',
    params: { letter: 'DeadLetterId' },
    answers: { 200: { schema: 'DeadLetter', text: 'Which job of which scan, and why it was given up' } },
    refusals: [400, 'dead-letter-not-found'],
  })
  get(@Param('letter', new ZodPipe(DeadLetterIdSchema, 'letter')) id: DeadLetterId): Promise<DeadLetter> {
    return getDeadLetter(this.queues, id);
  }

  @Post(':letter/retry')
  @HttpCode(202)
  @Describe({
    summary: 'Put the job back, with fresh attempts',
    detail: 'A scan that had failed starts anew and uses what its stages left; its other dead letters go with it.',
    bare: true,
    params: { letter: 'DeadLetterId' },
    answers: { 202: { schema: 'DeadLetter', text: 'Put back; this is what it was' } },
    refusals: [400, 'dead-letter-not-found', 'dead-letter-settled'],
  })
  retry(@Param('letter', new ZodPipe(DeadLetterIdSchema, 'letter')) id: DeadLetterId): Promise<DeadLetter> {
    return retryDeadLetter(this.ports, this.queues, id, this.closing);
  }

  @Delete(':letter')
  @HttpCode(204)
  @Describe({
    summary: 'Drop the job',
    detail: 'A scan that cannot end without it is left `failed`, with the reason.',
    params: { letter: 'DeadLetterId' },
    answers: { 204: { text: 'Dropped' } },
    refusals: [400, 'dead-letter-not-found'],
  })
  async drop(@Param('letter', new ZodPipe(DeadLetterIdSchema, 'letter')) id: DeadLetterId): Promise<void> {
    await dropDeadLetter(this.ports, this.queues, id, this.closing);
  }
}
