/** What the module is given from outside; see `ApiModule.with`. */
export const PORTS = Symbol('ports');
export const QUEUES = Symbol('queues');
/** What a URL may lead to. */
export const FETCHING = Symbol('fetching');
/** Answers that are kept for those who ask again. */
export const IDEMPOTENCY = Symbol('idempotency');
/** In which order events became known. */
export const EVENT_LOG = Symbol('event log');
/** Where webhooks may lead. */
export const SENDING = Symbol('sending');
/** Uploads that can be resumed. */
export const UPLOADS = Symbol('uploads');
/** How long what is kept, where a tenant has not said so. */
export const RETENTION = Symbol('retention');
export const SCAN_RATE = Symbol('scanRate');
/** How many requests whom. */
export const RATES = Symbol('rates');
/** Buckets whose new objects are taken in. */
export const BUCKETS = Symbol('buckets');
/** Where callers find the API; null = as a request names it. */
export const PUBLIC_URL = Symbol('public url');
/** Where people log in, for pages. */
export const LOGIN = Symbol('login');
export const LOG = Symbol('log');
/** Aborted when the service closes. */
export const CLOSING = Symbol('closing');
export const DESCRIPTION = Symbol('description');
