/** What a store does to its callers on a bad day. */
export const s3FaultKinds = [
  /** 503 SlowDown; the store never saw the request. */
  'slowDown',
  /** 500 InternalError; the store never saw the request. */
  'internalError',
  /** The connection is reset, and the store never saw the request. */
  'resetBefore',
  /** The store did what it was asked; the connection is reset instead of an answer. */
  'resetAfter',
  /** The store did what it was asked; its answer never comes, and the connection stays open. */
  'stall',
  /** Headers and a part of the body come, then the connection is reset. Only of answers with a body. */
  'cutBody',
  /** Headers and a part of the body come, then nothing more; the connection stays open. */
  'stallBody',
  /** The whole body comes, in drops. */
  'slowBody',
  /** The store gets half of a request's body and then a reset, the caller a reset. Only of requests with a body. */
  'cutUpload',
] as const;
export type S3Fault = (typeof s3FaultKinds)[number];

/** Share of requests, 0..1, by fault; together at most 1. The rest go through. */
export type S3FaultRates = Partial<Record<S3Fault, number>>;

/** @param at uniform in [0, 1): one draw decides a request's fate, so that a seed replays it */
export function drawFault(rates: S3FaultRates, at: number): S3Fault | null {
  let below = 0;
  for (const kind of s3FaultKinds) {
    below += rates[kind] ?? 0;
    if (at < below) return kind;
  }
  return null;
}
