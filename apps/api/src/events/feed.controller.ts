import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { ListEvents as ListEventsSchema } from '@assay/contracts';
import type { EventList, ListEvents, TenantId } from '@assay/contracts';
import { type Ports, readFeed } from '@assay/pipeline';
import { type EventLog, ListCursorError } from '@assay/storage';
import type { Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { untilGone } from '../http/until-gone';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { CLOSING, EVENT_LOG, PORTS } from '../tokens';

@Controller('v1/events')
export class FeedController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(EVENT_LOG) private readonly events: EventLog,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get()
  @Describe({
    summary: 'What happened, oldest first',
    detail:
      'For those who cannot be called: the events that webhooks get, in one order for all readers, at least once each, for 7 days, or as long as retention says if that is less. Ask with `after` from the answer before; with `wait`, the answer comes as soon as there is an event. Events of deleted media are left out. 410 `events-expired` says that some were missed whose time was over.',
    query: 'ListEvents',
    answers: { 200: { schema: 'EventList', text: 'One page; give `next` as `after` to get the one behind it' } },
    refusals: [400, 'events-expired'],
  })
  async list(
    @Tenant() tenant: TenantId,
    @Query(new ZodPipe(ListEventsSchema)) query: ListEvents,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EventList> {
    response.set('cache-control', 'no-store');
    const { store } = this.ports;
    const parts = { store, events: this.events };
    return untilGone(response, this.closing, (gone) => readFeed(tenant, query, parts, gone, this.closing)).catch(
      (error: unknown) => {
        if (error instanceof ListCursorError) throw problems.invalid([{ path: 'after', message: error.message }]);
        throw error;
      },
    );
  }
}
