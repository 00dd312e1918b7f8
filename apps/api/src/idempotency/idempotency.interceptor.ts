import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { from, lastValueFrom, type Observable, of } from 'rxjs';
import { isJson } from '../http/json-body';
import { hasBody } from '../problems/send-problem';
import { Idempotency, replay } from './idempotency';
import { canonicalJson, fingerprintOf } from './idempotency-key';

/** Every POST whose body has been read. Uploads are not: what they say is known only when they end; see `MediaController`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: Idempotency) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    if (request.method !== 'POST' || (hasBody(request) && !isJson(request))) return next.handle();
    const fingerprint = fingerprintOf(request, canonicalJson(request.body ?? null));
    const begun = await this.idempotency.begin(request, fingerprint);
    if (begun.state === 'keyless') return next.handle();
    if (begun.state === 'repeated') return of(replay(begun.answer, response));
    const { held } = begun;
    const work = async () => {
      const body: unknown = await lastValueFrom(next.handle()).catch(async (error: unknown) => {
        await held.refused();
        throw error;
      });
      await held.answered(fingerprint, response, body);
      return body;
    };
    return from(work());
  }
}
