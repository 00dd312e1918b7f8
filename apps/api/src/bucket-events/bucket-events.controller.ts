import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { BucketNotification as BucketNotificationSchema } from '@assay/contracts';
import type { BucketEventResult, BucketEventResults, BucketNotification, TenantId } from '@assay/contracts';
import type { Response } from 'express';
import { noteObject } from '../audit/audit-requests';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { problems } from '../problems/problems';
import { ObjectIntake } from './object-intake';
import { readRecord } from './read-record';

@Controller('v1/bucket-events')
export class BucketEventsController {
  constructor(private readonly objects: ObjectIntake) {}

  @Post()
  @HttpCode(200)
  @Describe({
    summary: 'Take in what was put into a bucket',
    detail:
      'An S3 event notification, as AWS, MinIO and Ceph send it. Objects of buckets that are configured for the tenant are fetched, taken in and scanned; the answer comes when they are here. What may go better another time is a problem document, for the whole of the notification: send it again, what was taken in already is not taken in twice. What can never be taken in has its problem in `results`.',
    body: 'BucketNotification',
    answers: { 200: { schema: 'BucketEventResults', text: 'What became of each record' } },
    refusals: [400, 413, 415, 422],
  })
  async take(
    @Tenant() tenant: TenantId,
    @Body(new ZodPipe(BucketNotificationSchema)) { Records, Event }: BucketNotification,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BucketEventResults> {
    if (!Records) {
      if (Event === undefined) throw problems.invalid([{ path: 'Records', message: 'is missing' }]);
      return { results: [] };
    }
    // The sender has nothing more to say, however long it takes.
    response.socket?.setTimeout(0);
    const objects = Records.map(readRecord);
    const results: BucketEventResult[] = [];
    for (const [at, object] of objects.entries()) {
      const event = Records[at]?.eventName ?? '';
      if (!object) {
        const bucket = Records[at]?.s3?.bucket.name ?? null;
        results.push({ event, bucket, key: null, outcome: 'ignored', media: null, scan: null, problem: null });
        continue;
      }
      const { bucket, key } = object;
      results.push({ event, bucket, key, ...(await this.objects.take(tenant, object)) });
    }
    noteObject(response, countsOf(results));
    return { results };
  }
}

/** For the audit log, which holds no names of files. */
function countsOf(results: readonly BucketEventResult[]): Record<string, string> {
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).map(([outcome, count]) => [outcome, String(count)]));
}
