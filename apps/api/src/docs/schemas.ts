import {
  AuditList,
  ListAudit,
  ApiKey,
  ApiKeyId,
  ApiKeyList,
  ApiKeyWithSecret,
  BeginDirectUpload,
  CreateApiKey,
  RotateApiKey,
  CreateScan,
  CreateWebhook,
  DeadLetter,
  DeadLetterId,
  DeadLetterList,
  Delivery,
  DeliveryId,
  DeliveryList,
  Erasure,
  ErasureId,
  ErasureList,
  EventList,
  DirectUpload,
  EvidenceName,
  GetScan,
  Hold,
  HoldId,
  HoldList,
  IngestUrl,
  ListDeadLetters,
  ListDeliveries,
  ListErasures,
  ListEvents,
  ListScans,
  Liveness,
  MediaId,
  MediaRecord,
  News,
  PlaceHold,
  Problem,
  PublicKeySet,
  Readiness,
  RequestErasure,
  Retention,
  RotateSecret,
  ScanEvent,
  ScanId,
  ScanList,
  ScanRecord,
  ScanStatus,
  UpdateWebhook,
  UploadId,
  UploadRecord,
  Verdict,
  VerdictSignature,
  Webhook,
  WebhookId,
  WebhookList,
  WebhookWithSecret,
} from '@assay/contracts';
import { z } from 'zod';

const described = {
  AuditList,
  ListAudit,
  ApiKey,
  ApiKeyId,
  ApiKeyList,
  ApiKeyWithSecret,
  CreateApiKey,
  RotateApiKey,
  BeginDirectUpload,
  CreateScan,
  CreateWebhook,
  DeadLetter,
  DeadLetterId,
  DeadLetterList,
  Delivery,
  DeliveryId,
  DeliveryList,
  Erasure,
  ErasureId,
  ErasureList,
  EventList,
  DirectUpload,
  EvidenceName,
  GetScan,
  Hold,
  HoldId,
  HoldList,
  IngestUrl,
  ListDeadLetters,
  ListDeliveries,
  ListErasures,
  ListEvents,
  ListScans,
  Liveness,
  MediaId,
  MediaRecord,
  News,
  PlaceHold,
  Problem,
  PublicKeySet,
  Readiness,
  RequestErasure,
  Retention,
  RotateSecret,
  ScanEvent,
  ScanId,
  ScanList,
  ScanRecord,
  ScanStatus,
  UpdateWebhook,
  UploadId,
  UploadRecord,
  Verdict,
  VerdictSignature,
  Webhook,
  WebhookId,
  WebhookList,
  WebhookWithSecret,
};
export type SchemaName = keyof typeof described;
/** What callers send: defaults are theirs to leave out. */
const inputs: ReadonlySet<string> = new Set<SchemaName>([
  'BeginDirectUpload',
  'CreateApiKey',
  'RotateApiKey',
  'CreateScan',
  'CreateWebhook',
  'GetScan',
  'ListAudit',
  'IngestUrl',
  'ListDeadLetters',
  'ListDeliveries',
  'ListErasures',
  'ListEvents',
  'ListScans',
  'PlaceHold',
  'RequestErasure',
  'RotateSecret',
  'UpdateWebhook',
]);

export type JsonSchema = Record<string, unknown>;

export const schemaRef = (name: string): string => `#/components/schemas/${name}`;

/** The schemas that check the traffic, as JSON Schema 2020-12: the description cannot differ from what is done. */
export function componentSchemas(): Record<string, JsonSchema> {
  return (made ??= makeSchemas());
}

let made: Record<string, JsonSchema> | null = null;

function makeSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(described)) registry.add(schema, { id });
  const as = (io: 'input' | 'output') => z.toJSONSchema(registry, { uri: schemaRef, io }).schemas;
  const [given, asked] = [as('output'), as('input')];
  const names = Object.keys(described);
  return Object.fromEntries(names.map((name) => [name, bare((inputs.has(name) ? asked : given)[name])]));
}

/** Inside an OpenAPI document a schema is named by its place, and the dialect by the document. */
function bare(schema: unknown): JsonSchema {
  const named = Object.entries(Object(schema) as JsonSchema);
  return Object.fromEntries(named.filter(([keyword]) => keyword !== '$id' && keyword !== '$schema'));
}
