import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import {
  CompareSets,
  EvidenceLinkQuery,
  ExportKnownMedia,
  GetScan,
  Lane,
  ListAudit,
  ListDeadLetters,
  ListDeliveries,
  ListErasures,
  ListEvents,
  ListScans,
  ReadDrift,
} from '@assay/contracts';
import { componentSchemas, type SchemaName, schemaRef } from './schemas';

export interface Answer {
  text: string;
  /** JSON of this shape ... */
  schema?: SchemaName;
  /** ... or a stream of events, each with data of this shape ... */
  events?: SchemaName;
  /** ... or one of these media types. */
  media?: string[];
  headers?: string[];
}

/** What may be asked for in an address, by the name of its schema. */
const queries = {
  CompareSets,
  EvidenceLinkQuery,
  ExportKnownMedia,
  GetScan,
  ListAudit,
  ListDeadLetters,
  ListDeliveries,
  ListErasures,
  ListEvents,
  ListScans,
  ReadDrift,
};

export interface Description {
  summary: string;
  detail?: string;
  /** True = no key is needed. */
  open?: boolean;
  /** True = what is in the query may stand for a key. */
  keyless?: boolean;
  params?: Record<string, SchemaName>;
  query?: keyof typeof queries;
  body?: SchemaName;
  upload?: boolean;
  /** Type of a body that is bytes and nothing else. */
  bytes?: string;
  /** Request headers of the tus protocol, beside `Tus-Resumable`. */
  tus?: string[];
  /** True = a POST without a body. */
  bare?: boolean;
  answers: Record<number, Answer>;
  /** Statuses of problem documents, beside 401, 403, 429, 500, 503 and 507, which every route with a key can give. */
  refusals?: number[];
}

const refusalTexts: Record<number, string> = {
  400: 'The request is not valid',
  401: 'No key, or not a valid one',
  403: 'The key lacks the permission',
  404: 'There is no such thing',
  409: 'Not in the state that it is in, or a request with the same Idempotency-Key is being worked on',
  410: 'What you ask for is not kept any more',
  412: 'Not the version of the protocol that is spoken here',
  413: 'The body is too large',
  415: 'This type of body is not accepted',
  422: 'Understood, but it cannot be done',
  423: 'Another request is at it',
  429: 'The key or its tenant has used up its requests of this minute, or the tenant its quota of this period; Retry-After says when there is more',
  460: 'The bytes are not those of the checksum',
  500: 'Something went wrong here',
  503: 'A part of the service does not answer',
  507: 'The disk or the store of the service is full',
};
/** Every POST takes it; see `Idempotency`. */
const idempotencyKey = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Chosen by you, e.g. a UUID. Sent again with the same request within 24 hours, a success is answered as the first time, with `Idempotent-Replayed: true`; with another request it is refused (422), and while the first one is worked on too (409). Refused requests are not kept.',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
};
/** What an Idempotency-Key can be refused with: malformed, in use, reused. */
const keyRefusals = [400, 409, 422];
const keyedRefusals = [401, 403, 429, 500, 503, 507];
const binary = { type: 'string', format: 'binary' };
/** Of an upload, beside its file and in any order; as keys of `Upload-Metadata` they mean the same. */
const formFields = {
  name: {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    description: "File name, for people; without it, the file's own",
  },
  subject: { type: 'string', minLength: 1, maxLength: 255, description: 'Whom or what it is about' },
  scan: { enum: ['true', 'false'], description: 'Ask for a scan once it is here' },
  policy: { type: 'string', description: 'Policy of that scan; naming one asks for it' },
  priority: { enum: [...Lane.options], description: 'How urgent that scan is' },
  callback: {
    type: 'string',
    contentMediaType: 'application/json',
    description: 'Whom to call when something has become of that scan, as in POST /v1/scans',
  },
};

/** Describes a route for /docs; what the schemas are is taken from the contracts. */
export function Describe(description: Description): MethodDecorator {
  const {
    summary,
    detail,
    open,
    keyless,
    params = {},
    query,
    body,
    upload,
    bytes,
    tus,
    bare,
    answers,
    refusals = [],
  } = description;
  const acts = Boolean(body ?? upload ?? bare);
  return applyDecorators(
    ApiOperation({
      summary,
      ...(detail ? { description: detail } : {}),
      ...(upload ? { requestBody: uploadBody() } : {}),
      ...(bytes ? { requestBody: { required: !bare, content: { [bytes]: { schema: binary } } } } : {}),
    }),
    ...(open ? [] : [ApiSecurity('bearer'), ApiSecurity('header')]),
    ...(keyless ? [ApiSecurity({})] : []),
    ...Object.entries(params).map(([name, schema]) => ApiParam({ name, schema: textSchemaOf(schema) })),
    ...(query ? Object.keys(queries[query].shape).map((name) => describeQuery(query, name)) : []),
    ...(body ? [ApiBody({ required: true, schema: { $ref: schemaRef(body) } })] : []),
    ...(tus ? ['Tus-Resumable', ...tus].map(describeTusHeader) : []),
    ...(acts ? [ApiHeader(idempotencyKey)] : []),
    ...Object.entries(answers).map(([status, answer]) => ApiResponse({ status: Number(status), ...answerOf(answer) })),
    ...(open ? [] : [...new Set([...refusals, ...(acts ? keyRefusals : []), ...keyedRefusals])]).map(describeRefusal),
  );
}

/** Nest wants the schema of a parameter in place and not by reference. */
function textSchemaOf(name: SchemaName) {
  const { pattern } = componentSchemas()[name] ?? {};
  return { type: 'string', ...(typeof pattern === 'string' ? { pattern } : {}) };
}

function describeQuery(query: SchemaName, name: string) {
  const properties = Object(componentSchemas()[query]?.['properties']);
  return ApiQuery({ name, required: false, schema: properties[name] });
}

function describeTusHeader(name: string) {
  return ApiHeader({ name, required: name === 'Tus-Resumable', schema: { type: 'string' } });
}

function describeRefusal(status: number) {
  const content = { 'application/problem+json': { schema: { $ref: schemaRef('Problem') } } };
  return ApiResponse({ status, description: refusalTexts[status] ?? 'Refused', content });
}

function answerOf({ text, schema, events, media = [], headers = [] }: Answer) {
  const content = {
    ...(schema ? { 'application/json': { schema: { $ref: schemaRef(schema) } } } : {}),
    ...(events ? { 'text/event-stream': { schema: { $ref: schemaRef(events) } } } : {}),
    ...Object.fromEntries(media.map((type) => [type, { schema: binary }])),
  };
  const described = Object.fromEntries(headers.map((name) => [name, { schema: { type: 'string' } }]));
  return {
    description: text,
    ...(Object.keys(content).length > 0 ? { content } : {}),
    ...(headers.length > 0 ? { headers: described } : {}),
  };
}

function uploadBody() {
  const form = {
    type: 'object',
    properties: { file: binary, ...formFields },
    required: ['file'],
    additionalProperties: false,
  };
  return {
    required: true,
    content: {
      'multipart/form-data': { schema: form },
      'application/octet-stream': { schema: binary },
      'video/*': { schema: binary },
      'image/*': { schema: binary },
      'application/json': { schema: { $ref: schemaRef('IngestUrl') } },
    },
  };
}
