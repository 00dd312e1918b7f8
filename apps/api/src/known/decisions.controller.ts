import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  MakeDecision as MakeDecisionSchema,
  MediaId as MediaIdSchema,
  ReverseDecision as ReverseDecisionSchema,
} from '@assay/contracts';
import type { DecisionHistory, MakeDecision, MediaId, ReverseDecision, TenantId } from '@assay/contracts';
import { decide, decisionHistory, keys, type Ports, type ScanQueues } from '@assay/pipeline';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS, QUEUES } from '../tokens';

const mediaParam = () => Param('media', new ZodPipe(MediaIdSchema, 'media'));

@Controller('v1/media/:media/decisions')
export class DecisionsController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(QUEUES) private readonly queues: ScanQueues,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'What people decided on media',
    detail: 'The history, oldest first, which only grows, and the decision that stands.',
    params: { media: 'MediaId' },
    answers: { 200: { schema: 'DecisionHistory', text: 'The history' } },
    refusals: [400, 'media-not-found'],
  })
  async list(@Tenant() tenant: TenantId, @mediaParam() media: MediaId): Promise<DecisionHistory> {
    if (!(await this.ports.store.stat(keys.mediaRecord(media, tenant), this.closing))) throw problems.mediaNotFound();
    return decisionHistory({ tenant, media }, this.ports.store, this.closing);
  }

  @Post()
  @Describe({
    summary: 'Decide on media',
    detail:
      'A decision of a person. It labels all scans of this media, takes the place of an earlier one, and goes for copies of it, those that were scanned before and those still to come: their verdicts say so beside what was measured. Events: `decision.made`, and `verdict.revised` for each verdict that changes.',
    body: 'MakeDecision',
    params: { media: 'MediaId' },
    answers: { 201: { schema: 'DecisionHistory', text: 'The history with the decision at its end' } },
    refusals: [400, 'media-not-found', 413, 415],
  })
  make(
    @Tenant() tenant: TenantId,
    @mediaParam() media: MediaId,
    @Body(new ZodPipe(MakeDecisionSchema)) request: MakeDecision,
  ): Promise<DecisionHistory> {
    return decide({ tenant, media }, request, this.ports, this.queues, this.closing);
  }

  @Post('reverse')
  @HttpCode(201)
  @Describe({
    summary: 'Take back the decision that stands',
    detail:
      'Nothing is removed from the history. What inherited the decision is revised, and its owners are told: `decision.reversed`, `verdict.revised`.',
    body: 'ReverseDecision',
    params: { media: 'MediaId' },
    answers: { 201: { schema: 'DecisionHistory', text: 'The history with the reversal at its end' } },
    refusals: [400, 'media-not-found', 'no-decision', 413, 415],
  })
  reverse(
    @Tenant() tenant: TenantId,
    @mediaParam() media: MediaId,
    @Body(new ZodPipe(ReverseDecisionSchema)) request: ReverseDecision,
  ): Promise<DecisionHistory> {
    const reversal = { ...request, label: null };
    return decide({ tenant, media }, reversal, this.ports, this.queues, this.closing);
  }
}
