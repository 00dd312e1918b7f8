import { Controller, Get, Headers, Param, Req, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { ScanId as ScanIdSchema } from '@assay/contracts';
import type { ScanId, TenantId } from '@assay/contracts';
import type { Request, Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { ScanReader } from '../scans/scan-reader';
import { isFinal } from './event-feed';
import { eventId } from './event-stream';
import { ScanEvents } from './scan-events';

@Controller('v1/scans/:scan/events')
export class EventsController {
  constructor(
    private readonly events: ScanEvents,
    private readonly reader: ScanReader,
  ) {}

  @Get()
  @Describe({
    summary: 'Follow a scan',
    detail:
      'Server-sent events. The first is the present state; the stream ends after `done`, `failed` or `cancelled`. Each `data` is a ScanEvent. A reader that comes back after the end (Last-Event-ID) gets 204, on which browsers stop.',
    params: { scan: 'ScanId' },
    takes: ['Last-Event-ID'],
    answers: {
      200: { events: 'ScanEvent', text: 'The events' },
      204: { text: 'The scan has ended, and you know it' },
    },
    refusals: [400, 'scan-not-found'],
  })
  async follow(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) id: ScanId,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const scan = await this.reader.get(id, tenant);
    if (isFinal(scan) && lastEventId === eventId(scan)) return void response.status(204).end();
    if (request.method === 'HEAD') return void response.type('text/event-stream').end();
    await this.events.stream(scan, response);
  }
}
