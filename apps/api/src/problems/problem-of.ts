import { HttpException } from '@nestjs/common';
import { FetchMediaError } from '@assay/fetch-media';
import {
  CallbackError,
  DeadLetterError,
  DecisionError,
  HashListError,
  isOutage,
  KeepingError,
  MediaHeldError,
  KnownListError,
  ModelSetError,
  QuotaExceededError,
  RescanError,
  ScanEndedError,
  ScanStoppingError,
  SubmitError,
  WebhookError,
} from '@assay/pipeline';
import { EventsExpiredError, isStorageFull, ListCursorError } from '@assay/storage';
import { ProblemError } from './problem-error';
import { problems } from './problems';

/** @returns what the caller is told; whatever is not ours becomes a plain 500 without any of its words */
export function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isStorageFull(error)) return problems.insufficientStorage();
  if (isOutage(error)) return problems.unavailable();
  if (error instanceof FetchMediaError) return problems.urlRefused(error.code, error.message);
  if (error instanceof SubmitError) {
    if (error.code === 'unknown_model_set') return problems.unknownModelSet(error.message, 'modelSet');
    if (error.code === 'file_removed') return problems.fileRemoved();
    return error.code === 'unknown_media' ? problems.unknownMedia() : problems.unknownPolicy(error.message);
  }
  if (error instanceof ScanEndedError) return problems.scanEnded(error.message);
  if (error instanceof ScanStoppingError) return problems.unavailable(error.message);
  if (error instanceof DeadLetterError) {
    return error.code === 'unknown_dead_letter'
      ? problems.deadLetterNotFound()
      : problems.deadLetterSettled(error.message);
  }
  if (error instanceof MediaHeldError) return problems.onHold(error.message);
  if (error instanceof QuotaExceededError) return problems.quotaExceeded(error);
  if (error instanceof KeepingError) return keepingProblem(error);
  if (error instanceof ModelSetError) {
    return error.code === 'unknown_set'
      ? problems.unknownModelSet(error.message)
      : problems.rolloutConflict(error.code, error.message);
  }
  if (error instanceof RescanError) {
    return error.code === 'unknown_rescan' ? problems.rescanNotFound() : problems.rescanOfSameSet(error.message);
  }
  if (error instanceof DecisionError) {
    return error.code === 'unknown_media' ? problems.mediaNotFound() : problems.noDecision();
  }
  if (error instanceof HashListError) return problems.unusableList(error.message);
  if (error instanceof KnownListError) return problems.knownListNotFound();
  if (error instanceof CallbackError) {
    return error.code === 'no_secret' ? problems.noCallbackSecret() : problems.tooManyCallbacks(error.message);
  }
  if (error instanceof WebhookError) return webhookProblem(error);
  if (error instanceof EventsExpiredError) return problems.eventsExpired();
  if (error instanceof ListCursorError) return problems.invalid([{ path: 'cursor', message: error.message }]);
  return ofStatus(statusOf(error), error);
}

function keepingProblem({ code, message }: KeepingError): ProblemError {
  if (code === 'unknown_media') return problems.mediaNotFound();
  if (code === 'unknown_hold') return problems.holdNotFound();
  return code === 'unknown_erasure' ? problems.erasureNotFound() : problems.beingDeleted(message);
}

function webhookProblem({ code, message }: WebhookError): ProblemError {
  if (code === 'unknown_webhook') return problems.webhookNotFound();
  if (code === 'unknown_delivery') return problems.deliveryNotFound();
  return code === 'webhook_disabled' ? problems.webhookDisabled() : problems.tooManyWebhooks(message);
}

/** The framework and its body parsers say what is wrong by a status; their messages may repeat the input. */
function ofStatus(status: number, error: unknown): ProblemError {
  switch (status) {
    case 400:
      return problems.malformedRequest();
    case 404:
      return problems.routeNotFound();
    case 413:
      return problems.tooLarge(`${limitWords(error)} Media goes to /v1/media.`);
    case 415:
      return problems.unsupportedType('Send UTF-8 without compression.');
    case 503:
      return problems.unavailable();
    default:
      return status < 500 ? problems.malformedRequest() : problems.internal();
  }
}

/** Body parsers say what they would have taken: addresses differ in it. */
function limitWords(error: unknown): string {
  const limit = typeof error === 'object' && error !== null && 'limit' in error ? error.limit : undefined;
  if (typeof limit !== 'number') return 'It has more bytes than are taken here.';
  const kilobytes = Math.floor(limit / 1024);
  return `At most ${kilobytes < 1024 ? `${kilobytes} kB` : `${Math.floor(kilobytes / 1024)} MB`} are taken at this address.`;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof URIError) return 400;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
