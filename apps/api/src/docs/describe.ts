import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiExtension, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiSecurity } from '@nestjs/swagger';
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
import { refusalsExtension, takesExtension } from './every-route';
import { type RequestHeader, type ResponseHeader, responseHeaderRef } from './headers';
import type { Refusal } from './refusals';
import { examplesOf } from './schema-examples';
import type { JsonSchema } from './schema-fields';
import { componentSchemas, type SchemaName, schemaRef } from './schemas';

export interface Answer {
  text: string;
  /** JSON of this shape ... */
  schema?: SchemaName;
  /** ... or a stream of events, each with data of this shape ... */
  events?: SchemaName;
  /** ... or one of these media types. */
  media?: string[];
  headers?: readonly ResponseHeader[];
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
  /** Request headers that it looks at, beside the Idempotency-Key of every POST. */
  takes?: readonly RequestHeader[];
  /** True = a POST without a body. */
  bare?: boolean;
  answers: Record<number, Answer>;
  /** Problem documents, beside those that every route with a key, and every POST, can give. */
  refusals?: readonly Refusal[];
}

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

/** Describes a route for /docs; what the schemas are is taken from the contracts, what holds for all routes is added to it later. */
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
    takes = [],
    bare,
    answers,
  } = description;
  return applyDecorators(
    ApiOperation({
      summary,
      ...(detail ? { description: detail } : {}),
      ...(upload ? { requestBody: uploadBody() } : {}),
      ...(bytes ? { requestBody: { required: !bare, content: { [bytes]: { schema: binary } } } } : {}),
    }),
    ApiExtension(refusalsExtension, description.refusals ?? []),
    ApiExtension(takesExtension, takes),
    ...(open ? [] : [ApiSecurity('bearer'), ApiSecurity('header')]),
    ...(keyless ? [ApiSecurity({})] : []),
    ...Object.entries(params).map(([name, schema]) => ApiParam({ name, ...textParameterOf(schema) })),
    ...(query ? Object.keys(queries[query].shape).map((name) => describeQuery(query, name)) : []),
    ...(body ? [ApiBody({ required: true, schema: { $ref: schemaRef(body) }, ...examplesOf(body) })] : []),
    ...Object.entries(answers).map(([status, answer]) => ApiResponse({ status: Number(status), ...answerOf(answer) })),
  );
}

/** Nest wants the schema of a parameter in place and not by reference. */
function textParameterOf(name: SchemaName) {
  const { pattern, description } = componentSchemas()[name] ?? {};
  return {
    schema: { type: 'string', ...(typeof pattern === 'string' ? { pattern } : {}) },
    ...(typeof description === 'string' ? { description } : {}),
  };
}

function describeQuery(query: SchemaName, name: string) {
  const { description, ...schema } = Object(componentSchemas()[query]?.['properties'])[name] as JsonSchema;
  return ApiQuery({ name, required: false, schema, ...(typeof description === 'string' ? { description } : {}) });
}

function answerOf({ text, schema, events, media = [], headers = [] }: Answer) {
  const content = {
    ...(schema ? { 'application/json': { schema: { $ref: schemaRef(schema) }, ...examplesOf(schema) } } : {}),
    ...(events ? { 'text/event-stream': { schema: { $ref: schemaRef(events) } } } : {}),
    ...Object.fromEntries(media.map((type) => [type, { schema: binary }])),
  };
  const described = Object.fromEntries(headers.map((name) => [name, responseHeaderRef(name)]));
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
