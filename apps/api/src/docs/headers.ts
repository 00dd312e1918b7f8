const text = { type: 'string' };
const seconds = { type: 'integer', minimum: 0 };
const offset = { type: 'integer', minimum: 0 };

/** Headers of answers that are this API's own, or say more here than in their standard; what is not here is not described. */
export const responseHeaders = {
  'X-Request-Id': {
    description:
      'Id of the request, by which the operator finds it in the logs; also in `instance` of a problem. Your own, where you sent one of 8 to 64 letters, digits, ".", "_" and "-".',
    schema: text,
  },
  RateLimit: {
    description:
      'What is left of each limit: `"key";r=58;t=12` = 58 requests for the next 12 s (draft-ietf-httpapi-ratelimit-headers). Absent where the operator limits nothing.',
    schema: text,
  },
  'RateLimit-Policy': {
    description: 'The limits: `"key";q=600;w=60` = 600 requests in 60 s for each key, `"tenant"` for all of its keys.',
    schema: text,
  },
  'Retry-After': { description: 'Seconds to wait before the same request is sent again.', schema: seconds },
  'Idempotent-Replayed': {
    description: '`true`: the answer that the first request with this Idempotency-Key got. Absent in the first.',
    schema: { type: 'string', const: 'true' },
  },
  'Assay-Mock': {
    description: '`true` in every answer of a service in mock mode, whose verdicts are made up; absent elsewhere.',
    schema: { type: 'string', const: 'true' },
  },
  'WWW-Authenticate': { description: 'How to say who you are (RFC 9110, RFC 6750).', schema: text },
  Location: { description: 'Path of what was made, or found.', schema: text },
  ETag: {
    description: 'Version of the content: sent as If-None-Match, it saves sending the same again.',
    schema: text,
  },
  'Tus-Resumable': { description: 'Version of the protocol.', schema: { type: 'string', const: '1.0.0' } },
  'Tus-Version': { description: 'Versions of the protocol that are spoken here.', schema: text },
  'Upload-Offset': { description: 'Bytes that are here: go on from there.', schema: offset },
  'Upload-Expires': {
    description: 'When the upload is forgotten if it is not complete, as an HTTP date.',
    schema: text,
  },
  'Assay-Media': { description: 'The media item that the upload became, with its last bytes.', schema: text },
  'Assay-Scan': { description: 'The scan that the metadata of the upload asked for.', schema: text },
} as const;
export type ResponseHeader = keyof typeof responseHeaders;

/** Headers of requests, each under the name of its component. */
export const requestHeaders = {
  'Idempotency-Key': {
    description:
      'Chosen by you, e.g. a UUID. Sent again with the same request within 24 hours, a success is answered as the first time, with `Idempotent-Replayed: true`; with another request it is refused (422), and while the first one is worked on too (409). Refused requests are not kept.',
    schema: { type: 'string', minLength: 1, maxLength: 257 },
  },
  'X-File-Name': {
    description:
      'File name of a body that is the bytes themselves, for people; UTF-8, percent-encoded. A form has its own.',
    schema: text,
  },
  'Assay-Subject': {
    description:
      'Whom or what the media is about, 1 to 255 characters, UTF-8, percent-encoded: "erase everything about X" goes by it. JSON has the field `subject` instead.',
    schema: text,
  },
  'If-None-Match': { description: 'An ETag from before: 304 where nothing has changed.', schema: text },
  'Last-Event-ID': {
    description: 'Sent by browsers that come back: 204 where the scan has ended and you know it.',
    schema: text,
  },
  'Tus-Resumable': {
    description: 'Version of the protocol: `1.0.0`.',
    schema: { type: 'string', const: '1.0.0' },
    required: true,
  },
  'Upload-Length': { description: 'Bytes that will come in all.', schema: offset },
  'Upload-Metadata': { description: 'Keys, each with a value in base64, with commas between.', schema: text },
  'Upload-Checksum': { description: 'Algorithm and digest of this body in base64: `sha256 47DEQp...`.', schema: text },
  'Upload-Offset': { description: 'Bytes that are there already: where this body goes.', schema: offset },
} as const;
export type RequestHeader = keyof typeof requestHeaders;

export const responseHeaderRef = (name: ResponseHeader) => ({ $ref: `#/components/headers/${name}` });
export const requestHeaderRef = (name: RequestHeader) => ({ $ref: `#/components/parameters/${name}` });

/** The components that those refer to. */
export const headerComponents = {
  headers: responseHeaders,
  parameters: Object.fromEntries(
    Object.entries(requestHeaders).map(([name, header]) => [name, { name, in: 'header', required: false, ...header }]),
  ),
};
