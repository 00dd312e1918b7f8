export { AssayClient } from './assay-client';
export {
  AssayError,
  AssayProtocolError,
  AssayUnreachableError,
  ScanEndedError,
  VerdictSignatureError,
  type WebhookFault,
  WebhookVerificationError,
} from './assay-error';
export type { EventPageOptions, FeedOptions } from './event-feed';
export type { ScanFilter, ScanPageOptions, ScansOptions } from './list-scans';
export { parseResponse } from './parse-response';
export type { ConnectionSettings } from './requests';
export type { PostOptions, UploadOptions, UploadSource } from './upload';
export type { ResumableOptions, ResumableSource, ResumedUpload } from './upload-resumable';
export { verifyVerdict } from './verify-verdict';
export { verifyWebhook, type WebhookMessage, type WebhookOptions } from './verify-webhook';
export type { NewWebhook } from './webhooks';
