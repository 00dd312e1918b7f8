export { AuditBacklogError, type AuditFact, AuditLog } from './access/audit-log';
export { type AuditReport, verifyAudit } from './access/verify-audit';
export {
  ApiKeyRecord,
  firstRoles,
  hashOfKey,
  idOfHash,
  isApiKey,
  newApiKey,
  recordOfKey,
} from './access/api-key-record';
export {
  createApiKey,
  findKey,
  getApiKey,
  listApiKeys,
  noteKeyUse,
  revokeApiKey,
  rotateApiKey,
  stateOf as stateOfKey,
  type StoredKey,
} from './access/api-keys';
export { addressSettings } from './address-settings';
export { cancelScan } from './cancel-scan';
export { compareVerdicts, type Difference } from './compare-verdicts';
export { type Config, isProviderAddress, loadConfig, type OidcSettings, type S3Config, settingNames } from './config';
export { ConfigError, type ConfigProblem } from './config-error';
export { dropDeadLetter, getDeadLetter, listDeadLetters, retryDeadLetter } from './dead-letters';
export { type DeletePorts, deleteMedia } from './delete-media';
export { removeUnreferenced } from './media-references';
export { type BucketSource, loadBucketSources } from './bucket-sources';
export * from './errors';
export { isMockLoss } from './mock/mock-scan';
export { openEvents, withOutbox } from './events/open-events';
export { createOutbox, eventsKeptMs } from './events/outbox';
export type { Outbox } from './events/outbox-port';
export { readFeed } from './events/read-feed';
export { failScan } from './fail-scan';
export { type Fingerprint, fingerprintMedia, type FingerprintOptions } from './fingerprint-media';
export { addPlanJob, addScanFlow, isLive, removeScanJobs } from './flows';
export { inLanes } from './in-lanes';
export { applyRetention, type RetentionReport, slices, slicesAt } from './keeping/apply-retention';
export { coversUploads, getErasure, listErasures, openErasures, requestErasure, findErasure } from './keeping/erasures';
export { liftHold, listHolds, placeHold } from './keeping/holds';
export { answerAbout, type Item } from './keeping/item';
export { keepForever, retentionOf, setRetention } from './keeping/retention';
export { type ErasePorts, runErasure } from './keeping/run-erasure';
export { attachSubject, subjectDigest } from './keeping/subjects';
export { keys } from './keys';
export { queuePlaceOf } from './lanes/expect-verdict';
export { isLaneQueue, type LaneQueue, laneQueues } from './lanes/lane-settings';
export { renumberJobs } from './lanes/renumber';
export { scanRateOf, setScanRate } from './lanes/scan-rate-settings';
export { type StartGate } from './lanes/start-rate';
export { TenantGate } from './lanes/tenant-gate';
export { turnOf } from './lanes/turn-of';
export { type Flow, type Taken, Turns } from './lanes/turns';
export { decide } from './known/decide';
export { decisionHistory } from './known/decisions';
export { exportKnownMedia } from './known/export-known';
export { hashListCsv, hashListJson, readHashList } from './known/hash-list';
export { frameOf } from './known/frame-hashes';
export { ThumbnailHasher } from './known/hash-thumbnails';
export { findingsOf } from './known/inherit';
export { createKnown, type Known } from './known/known';
export { sharedScope } from './known/known-keys';
export { type LocalKnown, openLocalKnown } from './known/local-known';
export { importKnownList, listKnownLists, removeKnownList, rowsOfKnownList } from './known/known-lists';
export { sweepSoon } from './known/revisit';
export { readRevision, verdictHistory } from './known/revise-verdict';
export { isBytesSignal, type Signal, toSignalRow } from './known/signal-row';
export { createLog, type Logger } from './log';
export { MediaFiles } from './media-files';
export { type WorkerConnection, workerConnection } from './queue-connection';
export { compareSets } from './model-sets/compare-sets';
export { countScores, readDrift } from './model-sets/drift';
export { listModelSets, retireModelSet } from './model-sets/list-model-sets';
export { ModelSets } from './model-sets/model-sets';
export { observeVerdict } from './model-sets/observe-verdict';
export { promoteModelSet, readRolloutState, rollBack, setReference, setTrial, type Signed } from './model-sets/operate';
export { addModelSet, findModelSet } from './model-sets/registry';
export { createRolloutReader, readRollout, type RolloutReader } from './model-sets/rollout-reader';
export { scoreInShadow } from './model-sets/shadow';
export { isInTrial, shadowOf } from './model-sets/traffic';
export { type JobPayloads, jobSchemas, openQueues, type ScanQueues } from './open-queues';
export { createPorts, folderStoreRoot, indexKeepMs, type OpenPorts, openStore } from './open-ports';
export type { Ports } from './ports';
export { scanFile, type ScanFileOptions, type ScannedFile } from './process';
export { eventOf, Progress } from './progress';
export {
  jobIdFor,
  maxHandOns,
  type QueueName,
  queueNames,
  queuePrefix,
  type QueueSettings,
  queueSettings,
  sweepEveryMs,
} from './queues';
export { assertMinutesFor } from './quotas/assert-minutes-for';
export { quotaOf, setQuota } from './quotas/quota-settings';
export { Quotas } from './quotas/quotas';
export { restoreUsage } from './quotas/restore-usage';
export { reindex, type ReindexReport } from './reindex';
export { rejectedInputVerdict } from './rejected-input';
export { planRescan } from './rescans/plan-rescan';
export {
  cancelRescan,
  countMatches,
  endRescan,
  getRescan,
  listRescans,
  type RescanQuery,
  startRescan,
} from './rescans/rescans';
export { runRescan } from './rescans/run-rescan';
export { restartScan } from './restart-scan';
export { readScanHistory } from './scan-history';
export { finishScan, lookAtPart, type Planned, planScan } from './run-stages';
export { scanIdFor } from './scan-id';
export { findScan } from './scan-state';
export { ensureSweeps, scheduleSweeps } from './schedule-sweeps';
export { canonicalJson } from './signing/canonical-json';
export { checkSignature } from './signing/check-signature';
export { listPublicKeys, registerPublicKey } from './signing/public-keys';
export { createSigner, signatureOf, type VerdictSigner } from './signing/sign-verdict';
export {
  ensureSigningKey,
  keyIdOf,
  loadSigningKey,
  publicKeyOf,
  type SigningKey,
  signingKeyPath,
} from './signing/signing-key';
export { intake, type IntakeOptions, keepAsMedia } from './stages/intake';
export type { Intake } from './stages/taken-in';
export { judge, reject } from './stages/judge';
export { look } from './stages/look';
export { plan } from './stages/plan';
export { probe } from './stages/probe';
export { publish } from './stages/publish';
export { parseJson, readStored, writeStored } from './stored';
export { type Admit, registerScan, type ScanRequest, submitScan, type Submitted } from './submit';
export { sweep, type SweepReport } from './sweep';
export { annotate, type EndOfRequest, startTracing, type TraceCarrier, type Tracing } from './tracing/tracing';
export { underAny } from './under-any';
export { waitsSince } from './lanes/waits-since';
export { version } from './version';
export {
  addCallback,
  assertMayCall,
  describeCallbackSecret,
  listCallbackLogs,
  replayCallback,
  rotateCallbackSecret,
} from './webhooks/callbacks';
export { deliver, type DeliverPorts, type Tried } from './webhooks/deliver';
export { getDelivery, listDeliveries, replayDelivery, sendTestEvent } from './webhooks/deliveries';
export { oldestPending } from './webhooks/sweep-deliveries';
export { type PendingReceiver, pendingReceivers } from './webhooks/pending-receivers';
export {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  rotateSecret,
  updateWebhook,
} from './webhooks/webhooks';
