import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import {
  ChangeTrial as ChangeTrialSchema,
  CompareSets as CompareSetsSchema,
  PromoteModelSet as PromoteModelSetSchema,
  ReadDrift as ReadDriftSchema,
  RollBackModelSet as RollBackModelSetSchema,
} from '@assay/contracts';
import type {
  ChangeTrial,
  CompareSets,
  DriftReport,
  ModelSetList,
  PromoteModelSet,
  ReadDrift,
  RollBackModelSet,
  Rollout,
  RolloutState,
  SetComparison,
} from '@assay/contracts';
import {
  compareSets,
  findModelSet,
  listModelSets,
  type Ports,
  promoteModelSet,
  readDrift,
  readRollout,
  readRolloutState,
  rollBack,
  setReference,
  setTrial,
  type Signed,
} from '@assay/pipeline';
import { Caller } from '../auth/principal';
import type { Principal } from '../auth/principal';
import { Describe } from '../docs/describe';
import { rolloutRefusals } from '../docs/refusals';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';

const changed = { 200: { schema: 'Rollout', text: 'What holds from now on' } } as const;

/** Which model sets judge what, for operators. */
@Controller('v1/models')
export class ModelsController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get('sets')
  @Describe({
    summary: 'List the model sets',
    detail: 'Those that are registered in the store, and the one that this service was installed with.',
    answers: { 200: { schema: 'ModelSetList', text: 'Each with its models, and what it does now' } },
  })
  async sets(): Promise<ModelSetList> {
    return { sets: await listModelSets(this.ports.store, this.ports.models, this.closing) };
  }

  @Get('rollout')
  @Describe({
    summary: 'Which sets judge what, and how that came about',
    answers: { 200: { schema: 'RolloutState', text: 'What holds now, and every change with who made it, newest first' } },
  })
  rollout(): Promise<RolloutState> {
    return readRolloutState(this.ports.store, this.closing);
  }

  @Post('rollout/shadow')
  @HttpCode(200)
  @Describe({
    summary: 'Score a share of the traffic with another set, without effect',
    detail: 'In idle time, after the verdict; results are in /v1/models/comparison. `{"set": null}` ends it.',
    body: 'ChangeTrial',
    answers: changed,
    refusals: rolloutRefusals,
  })
  shadow(
    @Body(new ZodPipe(ChangeTrialSchema)) change: ChangeTrial,
    @Caller() caller: Principal,
  ): Promise<Rollout> {
    return setTrial('shadow', change, signed(change, caller), this.ports, this.closing);
  }

  @Post('rollout/canary')
  @HttpCode(200)
  @Describe({
    summary: 'Let another set judge a share of the traffic',
    detail: 'Chosen by scan id, always the same; the verdict names its set. `{"set": null}` ends it.',
    body: 'ChangeTrial',
    answers: changed,
    refusals: rolloutRefusals,
  })
  canary(
    @Body(new ZodPipe(ChangeTrialSchema)) change: ChangeTrial,
    @Caller() caller: Principal,
  ): Promise<Rollout> {
    return setTrial('canary', change, signed(change, caller), this.ports, this.closing);
  }

  @Post('rollout/promote')
  @HttpCode(200)
  @Describe({
    summary: 'Let a set judge all new traffic',
    detail: 'Within seconds, without a restart. Scans under way keep the set that they were asked for with.',
    body: 'PromoteModelSet',
    answers: changed,
    refusals: rolloutRefusals,
  })
  promote(
    @Body(new ZodPipe(PromoteModelSetSchema)) change: PromoteModelSet,
    @Caller() caller: Principal,
  ): Promise<Rollout> {
    return promoteModelSet(change.set, signed(change, caller), this.ports, this.closing);
  }

  @Post('rollout/rollback')
  @HttpCode(200)
  @Describe({
    summary: 'End the canary; without one, bring back the set that was live before',
    body: 'RollBackModelSet',
    answers: changed,
    refusals: rolloutRefusals,
  })
  rollback(
    @Body(new ZodPipe(RollBackModelSetSchema)) change: RollBackModelSet,
    @Caller() caller: Principal,
  ): Promise<Rollout> {
    return rollBack(this.ports.models.digest, signed(change, caller), this.ports, this.closing);
  }

  @Post('rollout/reference')
  @HttpCode(200)
  @Describe({
    summary: 'Take the scores of the last days as what drift is measured against',
    body: 'RollBackModelSet',
    answers: changed,
    refusals: rolloutRefusals,
  })
  reference(
    @Body(new ZodPipe(RollBackModelSetSchema)) change: RollBackModelSet,
    @Caller() caller: Principal,
  ): Promise<Rollout> {
    return setReference(this.ports.models.digest, signed(change, caller), this.ports, this.closing);
  }

  @Get('drift')
  @Describe({
    summary: 'How far the scores of the live set have moved from its reference',
    detail: 'Population stability index of the mean logit of each face, model by model.',
    query: 'ReadDrift',
    answers: { 200: { schema: 'DriftReport', text: 'Each model with its index and both distributions' } },
    refusals: [400],
  })
  async drift(@Query(new ZodPipe(ReadDriftSchema)) { days }: ReadDrift): Promise<DriftReport> {
    const { store, tallies, models } = this.ports;
    if (!tallies) throw problems.unavailable();
    const rollout = await readRollout(store, null, this.closing);
    return readDrift(rollout?.live ?? models.digest, rollout?.reference ?? null, days, tallies);
  }

  @Get('comparison')
  @Describe({
    summary: 'What a set in shadow said beside what was said',
    query: 'CompareSets',
    answers: { 200: { schema: 'SetComparison', text: 'Table of agreement, and the scans on which they do not agree' } },
    refusals: [400, 'no-shadow', 'unknown-model-set'],
  })
  async comparison(@Query(new ZodPipe(CompareSetsSchema)) { set, limit }: CompareSets): Promise<SetComparison> {
    const { store } = this.ports;
    const digest = set
      ? (await findModelSet(set, store, this.closing)).digest
      : (await readRollout(store, null, this.closing))?.shadow?.set;
    if (!digest) throw problems.noShadow();
    return compareSets(digest, limit, store, this.closing);
  }
}

const signed = ({ note }: { note?: string | undefined }, { key }: Principal): Signed => ({ by: key, note });
