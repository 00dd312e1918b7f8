/**
 * What the description says of schemas and fields is what the comments of the contracts say, and nothing that people read is
 * left without a word. `ASSAY_UPDATE_DOCS=1 npx jest test/docs` writes it anew.
 */
import { resolve } from 'node:path';
import { freshSchemaTexts, untold } from './schema-texts';
import { heldFile } from './held-file';

const file = resolve(__dirname, '../../apps/api/src/docs/schema-texts.json');
/** What people read of scans and send to have them; the rest is for operators. */
const read = [
  ...['Verdict', 'ScanStatus', 'ScanRecord', 'ScanList', 'ScanEvent', 'ScanBatch', 'MediaRecord', 'Problem'],
  ...['News', 'EventList', 'VerdictSignature', 'VerdictHistory', 'DecisionHistory', 'UploadRecord', 'DirectUpload'],
  ...['CreateScan', 'CreateScanBatch', 'IngestUrl', 'BeginDirectUpload', 'CreateWebhook', 'UpdateWebhook'],
  ...['MakeDecision', 'ReverseDecision', 'RotateSecret', 'Webhook', 'WebhookWithSecret', 'Delivery', 'CallbackList'],
  ...[
    'ImportKnownList',
    'HashList',
    'KnownLists',
    'PlaceHold',
    'HoldList',
    'RequestErasure',
    'ErasureList',
    'WebhookList',
  ],
  ...['DeliveryList', 'ScanHistory', 'AuditList', 'ApiKeyList', 'PublicKeySet', 'BucketEventResults', 'Retention'],
  ...['ListScans', 'GetScan', 'ListEvents', 'ListDeliveries', 'QuotaUsage', 'CreateApiKey', 'ApiKey'],
];

it('is what the comments say', () => {
  const texts = freshSchemaTexts();
  expect(heldFile(file, `${JSON.stringify(texts, null, 2)}\n`)).toBe('as made');
});

it('leaves no field without a word', () => {
  expect(untold(read, freshSchemaTexts())).toEqual([]);
});
