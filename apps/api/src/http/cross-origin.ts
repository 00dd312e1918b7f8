import type { IncomingMessage } from 'node:http';
import type { CorsOptions, CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface';

/** Public, the same for everybody, and there to be read by pages and scripts of others. */
const forAnyPage = /^\/(\.well-known\/assay-(keys|login)\.json|embed\/assay-verdict\.js)$/;

const allowedHeaders = [
  ...['Authorization', 'X-API-Key', 'Content-Type', 'Idempotency-Key', 'X-Request-Id', 'X-File-Name', 'Assay-Subject'],
  ...['Tus-Resumable', 'Upload-Length', 'Upload-Offset', 'Upload-Metadata', 'Upload-Checksum', 'Upload-Defer-Length'],
  ...['Upload-Concat', 'X-HTTP-Method-Override', 'X-Requested-With', 'Last-Event-ID', 'traceparent', 'tracestate'],
];
/** What a page may read of an answer, beside what the Fetch standard lets it. */
const exposedHeaders = [
  ...['Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id', 'Idempotent-Replayed', 'Allow'],
  ...[
    'WWW-Authenticate',
    'Assay-Media',
    'Assay-Scan',
    'Assay-Mock',
    'Upload-Offset',
    'Upload-Length',
    'Upload-Expires',
  ],
  ...['Upload-Metadata', 'Tus-Resumable', 'Tus-Version', 'Tus-Extension', 'Tus-Max-Size', 'Tus-Checksum-Algorithm'],
];
/** Chromium remembers a preflight for no longer, s. */
const maxAge = 7_200;

const answer: CorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  allowedHeaders,
  exposedHeaders,
  maxAge,
  // A key is sent by who has it; nothing here goes by what a browser adds by itself.
  credentials: false,
};

/**
 * Which pages may read answers, refusals included (Fetch standard, CORS). A preflight asks nothing of the API, so it is answered
 * before anyone asks for a key; what is public is for any page.
 *
 * @param origins exactly as browsers send them; none = pages of this service alone
 */
export function crossOrigin(origins: readonly string[]): CorsOptionsDelegate<IncomingMessage & { path: string }> {
  return (request, done) => {
    if (forAnyPage.test(request.path)) return done(null, { ...answer, origin: '*' });
    if (origins.length === 0) return done(null, { origin: false });
    const isListed = origins.includes(request.headers.origin ?? '');
    done(null, {
      ...answer,
      origin: [...origins],
      ...(isListed ? {} : { exposedHeaders: [] }),
      // Asked without it, OPTIONS is a question of tus.
      preflightContinue: request.headers['access-control-request-method'] === undefined,
    });
  };
}
