import { Body, Controller, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { BucketEventResult, BucketEventResults, TenantId } from '@assay/contracts';
import type { FetchMediaSettings } from '@assay/fetch-media';
import type { Response } from 'express';
import { noteObject } from '../audit/audit-requests';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { CLOSING, FETCHING } from '../tokens';
import { confirmSubscription } from './confirm-subscription';
import { ObjectIntake } from './object-intake';
import { readNotification, type ToldEvent } from './read-notification';

@Controller('v1/bucket-events')
export class BucketEventsController {
  constructor(
    @Inject(FETCHING) private readonly fetching: FetchMediaSettings,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    private readonly objects: ObjectIntake,
  ) {}

  @Post()
  @HttpCode(200)
  @Describe({
    summary: 'Take in what was put into a bucket',
    detail:
      'An S3 event notification, as AWS, MinIO and Ceph send it, also within a message of Amazon SNS; or an event of Amazon EventBridge. Objects of buckets that are configured for the tenant are fetched, taken in and scanned; the answer comes when they are here. What may go better another time is a problem document, for the whole of the notification: send it again, what was taken in already is not taken in twice. What can never be taken in has its problem in `results`. A topic of SNS that asks for it is subscribed to. Here alone a key may also come as the password of Basic authentication, with any name, and JSON as text/plain where SNS sends it.',
    body: 'BucketNotification',
    answers: { 200: { schema: 'BucketEventResults', text: 'What became of each record' } },
    refusals: [400, 413, 415, 'unknown-bucket', 'subscription-not-allowed', 'url-not-allowed', 'quota-exceeded'],
  })
  async take(
    @Tenant() tenant: TenantId,
    @Body() body: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BucketEventResults> {
    const notification = readNotification(body);
    if ('subscribeUrl' in notification) {
      await confirmSubscription(notification.subscribeUrl, this.fetching, this.closing);
      noteObject(response, { subscription: 'confirmed' });
      return { results: [] };
    }
    // The sender has nothing more to say, however long it takes.
    response.socket?.setTimeout(0);
    const results: BucketEventResult[] = [];
    for (const told of notification.events) results.push(await this.resultOf(tenant, told));
    if (results.length > 0) noteObject(response, countsOf(results));
    return { results };
  }

  private async resultOf(tenant: TenantId, { event, bucket, object }: ToldEvent): Promise<BucketEventResult> {
    if (!object) return { event, bucket, key: null, outcome: 'ignored', media: null, scan: null, problem: null };
    return { event, bucket, key: object.key, ...(await this.objects.take(tenant, object)) };
  }
}

/** For the audit log, which holds no names of files. */
function countsOf(results: readonly BucketEventResult[]): Record<string, string> {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).map(([outcome, count]) => [outcome, String(count)]));
}
