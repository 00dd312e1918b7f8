import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  defaultMediaLimits,
  defaultTenant,
  longestEventsDays,
  longestIndexDays,
  MediaLimits,
  type Quota,
  QuotaPeriod,
  Role,
  type ScanRate,
  TenantId,
  type Retention,
} from '@assay/contracts';
import { type InferenceProvider, inferenceProviders } from '@assay/forensics';
import type { CredentialsOptions } from '@assay/provenance';
import { parseRedisUrl, redisAddressHint } from '@assay/storage';
import { z } from 'zod';
import { ConfigError } from './config-error';
import { type QueueName, queueNames } from './queues';

const count = (min: number, max: number) =>
  z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(min).max(max);
const positive = z.coerce.number({ error: 'must be a number' }).positive('must be above 0');
const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
  .transform((text) => text === 'true' || text === '1');
const text = z.string().min(1);
const listOf = <T>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(item));
const roleGrant = z
  .string()
  .regex(/^[^=]{1,255}=[a-z]+$/, 'must be value=role, with commas between')
  .transform((grant) => {
    const at = grant.lastIndexOf('=');
    return { name: grant.slice(0, at), role: grant.slice(at + 1) };
  })
  .pipe(z.object({ name: z.string(), role: Role }));
/** https, but for an identity provider on this very machine. */
export const isProviderAddress = (address: string): boolean =>
  /^(https:\/\/|http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])[:/])/.test(address);
const origin = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text, {
    error: 'must be origins such as https://app.example, without a path and with commas between; * is not taken',
  });
const network = z.union([z.cidrv4(), z.cidrv6()], {
  error: 'must be networks such as 10.1.0.0/16, with commas between',
});
const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be port numbers with commas between')
  .transform(Number);

/**
 * Looks at once in one process: one decoder and its inference threads keep two to four cores busy. Each further look adds
 * ~150 MB (frames in flight, the decoder), and a worker should stay below 700 MB: more cores want more workers.
 */
const defaultLooks = () => (availableParallelism() >= 8 ? 2 : 1);
/** One inference thread per core, each ~50 MB of sessions; beyond four the decoder is what is waited for. */
const defaultInferenceThreads = () => Math.max(1, Math.min(4, availableParallelism()));

const Environment = z.object({
  ASSAY_HOST: text.default('127.0.0.1'),
  ASSAY_PORT: count(0, 65535).default(8080),
  /** Where callers find the API, for links that they are given; absent = as a request names it. */
  ASSAY_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine((url) => !/[?#@]/.test(url), 'must have no credentials, query or fragment')
    .optional(),
  ASSAY_DATA_DIR: text.default('./data'),
  ASSAY_MODELS_DIR: text.optional(),
  /** Most memory that the model sets loaded in one process may take together, by estimate: two of the shipped one, on four threads. */
  ASSAY_MODELS_MEMORY_MB: count(1, 1 << 20).default(1024),
  /** Where sets from the store are kept on this machine; absent = a folder of this user among the temporary files. */
  ASSAY_MODEL_CACHE_DIR: text.optional(),
  ASSAY_POLICIES_FILE: text.optional(),
  /** JSON file with the buckets whose new objects are taken in: docs/api-ingest.md. Holds secrets. */
  ASSAY_BUCKETS_FILE: text.optional(),
  /** Fixed verdicts instead of work, for the tests of who integrates: docs/mock-mode.md. */
  ASSAY_MOCK: flag.default(false),
  /** Worker processes that `assay up` starts. */
  ASSAY_WORKERS: count(0, 256).default(1),
  /** The queues whose jobs a worker takes. Decoders need no way out to the internet, deliveries to webhooks do. */
  ASSAY_QUEUES: listOf(text.pipe(z.enum(queueNames))).default([...queueNames]),
  ASSAY_LOOK_CONCURRENCY: count(1, 64).default(defaultLooks),
  /** Looks of one tenant in one lane at the same time, in the whole fleet; absent = any number. */
  ASSAY_TENANT_LOOKS: count(1, 100_000).optional(),
  /** Scans of one tenant that are begun a minute, lane by lane, unless its own rate says otherwise; absent = any number. */
  ASSAY_SCAN_RATE_LIVE: count(1, 1_000_000).optional(),
  ASSAY_SCAN_RATE_STANDARD: count(1, 1_000_000).optional(),
  ASSAY_SCAN_RATE_BACKFILL: count(1, 1_000_000).optional(),
  ASSAY_INFERENCE_THREADS: count(1, 128).default(defaultInferenceThreads),
  /** `cuda` on machines with a card; falls back to the CPU: docs/operations.md. */
  ASSAY_INFERENCE_PROVIDER: z.enum(inferenceProviders).default('cpu'),
  ASSAY_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** PEM file of certificates whose Content Credentials (C2PA) count as trusted; absent = signers are not judged. */
  ASSAY_C2PA_TRUST_FILE: text.optional(),
  /** Native library that reads Content Credentials, where the one in its package does not run. */
  ASSAY_C2PA_LIBRARY: text.optional(),
  ASSAY_MAX_BYTES: count(1, Number.MAX_SAFE_INTEGER).default(defaultMediaLimits.maxBytes),
  ASSAY_MAX_DURATION_SECONDS: positive.default(defaultMediaLimits.maxDurationSeconds),
  ASSAY_MAX_PIXELS: count(1, 2 ** 31).default(defaultMediaLimits.maxPixels),
  ASSAY_MIN_SIDE_PX: count(1, 8192).default(defaultMediaLimits.minSidePx),
  ASSAY_MAX_STREAMS: count(1, 1024).default(defaultMediaLimits.maxStreams),
  /** Private networks that media may be fetched from by URL, e.g. where the operator's own store is. */
  ASSAY_FETCH_PRIVATE_NETWORKS: listOf(network).default([]),
  /** The only ports that media may be fetched from by URL. */
  ASSAY_FETCH_PORTS: listOf(port).optional(),
  /** Scanned media without a decision that later scans are compared with, the newest; what was decided on always is. */
  ASSAY_KNOWN_MEDIA: count(0, 10_000_000).default(5_000),
  /** Ed25519 private key (PEM, PKCS #8) that verdicts are signed with; absent = the one that `assay up` keeps in the data folder. */
  ASSAY_SIGNING_KEY_FILE: text.optional(),
  /** Private networks that webhooks may lead into, over http too, e.g. where the operator's own receivers are. */
  ASSAY_WEBHOOK_PRIVATE_NETWORKS: listOf(network).default([]),
  /** The only ports that webhooks may lead to. */
  ASSAY_WEBHOOK_PORTS: listOf(port).optional(),
  /** Seconds after which a resumable upload that is not complete is removed. */
  ASSAY_UPLOAD_EXPIRES_SECONDS: count(1, 30 * 24 * 3600).default(24 * 3600),
  /** How long what is kept, in days; absent = until it is deleted. Tenants may say otherwise, see docs/keeping.md. */
  ASSAY_KEEP_MEDIA_DAYS: count(1, 36_500).optional(),
  ASSAY_KEEP_EVIDENCE_DAYS: count(1, 36_500).optional(),
  ASSAY_KEEP_VERDICT_DAYS: count(1, 36_500).optional(),
  ASSAY_KEEP_EVENTS_DAYS: count(1, longestEventsDays).default(longestEventsDays),
  /** How long ended scans stay in Redis. */
  ASSAY_KEEP_INDEX_DAYS: count(1, longestIndexDays).default(30),
  /** Seconds that running jobs get to finish at shutdown; below the 30 s that Kubernetes waits before it kills. */
  ASSAY_DRAIN_SECONDS: count(0, 3600).default(20),
  /** An API key that is valid beside those of the store: what a deployment gives out as a secret. */
  ASSAY_ADMIN_KEY: z
    .string()
    .regex(/^assay_[A-Za-z0-9_-]{43}$/, "must be 'assay_' and 43 characters of base64url")
    .optional(),
  /** Identity provider (OpenID Connect) whose access tokens are taken beside API keys; absent = keys alone. docs/access.md */
  ASSAY_OIDC_ISSUER: z.url().refine(isProviderAddress, 'must be an https URL').optional(),
  /** Whom tokens have to be made for, any of these. */
  ASSAY_OIDC_AUDIENCE: listOf(text).optional(),
  /** Claim, or path to one, with the roles or groups of a person. */
  ASSAY_OIDC_ROLES_CLAIM: text.default('roles'),
  /** What values of that claim mean: `assay-admins=admin,moderation=moderator`. Others mean nothing. */
  ASSAY_OIDC_ROLES: listOf(roleGrant).optional(),
  /** Claim, or path to one, that names the tenant of a person ... */
  ASSAY_OIDC_TENANT_CLAIM: text.optional(),
  /** ... or the tenant of all people. */
  ASSAY_OIDC_TENANT: TenantId.optional(),
  /** Public client by which the page at `/` lets people log in; absent = it takes keys alone. */
  ASSAY_OIDC_CLIENT_ID: text.optional(),
  /** What the page asks the provider for. */
  ASSAY_OIDC_SCOPE: text.default('openid'),
  /** Origins of pages that may ask the API from a browser; absent = its own alone. docs/access.md */
  ASSAY_CORS_ORIGINS: listOf(origin).default([]),
  /** Requests a minute for each API key; 0 = no limit. */
  ASSAY_RATE_PER_MINUTE: count(0, 10_000_000).default(0),
  /** Requests a minute for each tenant, over all of its keys; 0 = no limit. */
  ASSAY_TENANT_RATE_PER_MINUTE: count(0, 10_000_000).default(0),
  /** What each tenant may bring in during a period, unless its own quota says otherwise; absent = any amount. */
  ASSAY_QUOTA_PERIOD: QuotaPeriod.default('month'),
  ASSAY_QUOTA_BYTES: count(0, Number.MAX_SAFE_INTEGER).optional(),
  ASSAY_QUOTA_ITEMS: count(0, Number.MAX_SAFE_INTEGER).optional(),
  ASSAY_QUOTA_MINUTES: count(0, Number.MAX_SAFE_INTEGER).optional(),
  /** 0 = a free port; absent = no metrics port. */
  ASSAY_WORKER_METRICS_PORT: count(0, 65535).optional(),
  /** Process that this one belongs to: when it is gone, this one stops. */
  ASSAY_PARENT_PID: count(1, 2 ** 31).optional(),
  /** OTLP/HTTP collector that traces go to, e.g. http://collector:4318; absent = no traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  REDIS_URL: text.optional().refine((url) => url === undefined || parseRedisUrl(url) !== null, {
    error: redisAddressHint,
  }),
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  S3_REGION: text.default('us-east-1'),
  S3_BUCKET: text.optional(),
  S3_ACCESS_KEY_ID: text.optional(),
  S3_SECRET_ACCESS_KEY: text.optional(),
  S3_FORCE_PATH_STYLE: flag.optional(),
  /** A request to the store that moves no byte for this long is given up and tried again. */
  S3_TIMEOUT_SECONDS: positive.default(30),
});

/** Every variable that is read; what a deployment sets beyond these does nothing. */
export const settingNames: readonly string[] = Object.keys(Environment.shape);

/** Whose access tokens are taken, and what they mean here. */
export interface OidcSettings {
  /** Exactly as the provider calls itself. */
  issuer: string;
  audiences: string[];
  rolesClaim: string;
  roles: readonly { name: string; role: Role }[];
  /** How the page logs people in; null = it does not. */
  page: { clientId: string; scope: string } | null;
  /** Null: everybody belongs to `tenant`. */
  tenantClaim: string | null;
  tenant: TenantId;
}

export interface S3Config {
  endpoint: string | undefined;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  forcePathStyle: boolean;
  socketTimeoutMs: number;
}

export interface Config {
  /** Fixed verdicts instead of work. Has a folder and a signing key of its own, and never an S3 store. */
  mock: boolean;
  host: string;
  port: number;
  /** Where callers find the API, without a slash at its end; null = as a request names it. */
  publicUrl: string | null;
  /** Absolute. Holds the folder store, the embedded Redis and keys when no other place is configured. */
  dataDir: string;
  /** Absolute folder with `manifest.json`. */
  modelsDir: string;
  /** Most that the loaded model sets of a process may take together, bytes. */
  modelsMaxMemory: number;
  /** Absolute folder for sets that were fetched from the store. */
  modelCacheDir: string;
  /** JSON file with a list of policies beside the default one. */
  policiesFile: string | null;
  /** JSON file with the buckets that objects are taken in from; null = none. */
  bucketsFile: string | null;
  /** A server, a socket, sentinels or a cluster, see `parseRedisUrl`; null = not configured. */
  redisUrl: string | null;
  /** Null = a folder under `dataDir` is the object store. */
  s3: S3Config | null;
  workers: number;
  /** What a worker does; all unless said otherwise. */
  queues: readonly QueueName[];
  lookConcurrency: number;
  /** Of one tenant in one lane, in the whole fleet; null = any number. */
  tenantLooks: number | null;
  /** Of tenants that have none of their own. */
  scanRate: ScanRate;
  inferenceThreads: number;
  inferenceProvider: InferenceProvider;
  limits: MediaLimits;
  /** How Content Credentials are read. Absolute paths. */
  credentials: CredentialsOptions;
  /** What a URL may lead to, beside the public internet; ports: null = all that are no other service's. */
  fetch: { privateNetworks: string[]; ports: number[] | null };
  /** Media without a decision that are looked through for copies, the newest; 0 = nothing is hashed or looked up at all. */
  knownMost: number;
  /** Absolute; null = the one in the data folder, if it is there. */
  signingKeyFile: string | null;
  /** Where webhooks may lead, in the same terms. */
  webhooks: { privateNetworks: string[]; ports: number[] | null };
  /** How long a resumable upload may take, from its creation. */
  uploadExpiresMs: number;
  /** For tenants that have not said anything else. */
  retention: Retention;
  logLevel: string;
  drainMs: number;
  adminKey: string | null;
  /** Null = API keys alone. */
  oidc: OidcSettings | null;
  /** Of pages that may ask the API from a browser, as browsers send them; none = its own alone. */
  corsOrigins: string[];
  /** Requests a minute that each API key may make; 0 = as many as it likes. */
  ratePerMinute: number;
  /** And each tenant, over all of its keys. */
  tenantRatePerMinute: number;
  /** Of tenants that have none of their own. */
  quota: Quota;
  workerMetricsPort: number | null;
  /** Where traces go; null = there are none. */
  otlpEndpoint: string | null;
  parentPid: number | null;
}

/** Models lie at the repository's root, three folders above this file in src/ and dist/ alike. */
const shippedModels = resolve(__dirname, '../../../models');

/**
 * Reads all settings. The only place that knows the names of environment variables. An empty variable counts as absent.
 *
 * @throws ConfigError naming every variable that cannot be used
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  const problems = parsed.success
    ? [...s3Problems(parsed.data), ...oidcProblems(parsed.data)]
    : parsed.error.issues.map(({ path, message }) => ({ name: path.join('.'), message }));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const e = parsed.data;
  return {
    mock: e.ASSAY_MOCK,
    host: e.ASSAY_HOST,
    port: e.ASSAY_PORT,
    publicUrl: e.ASSAY_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    dataDir: resolve(e.ASSAY_DATA_DIR, e.ASSAY_MOCK ? 'mock' : '.'),
    modelsDir: e.ASSAY_MODELS_DIR ? resolve(e.ASSAY_MODELS_DIR) : shippedModels,
    modelsMaxMemory: e.ASSAY_MODELS_MEMORY_MB * 1024 ** 2,
    modelCacheDir: resolve(e.ASSAY_MODEL_CACHE_DIR ?? join(tmpdir(), `assay-model-sets-${process.getuid?.() ?? 0}`)),
    policiesFile: e.ASSAY_POLICIES_FILE ? resolve(e.ASSAY_POLICIES_FILE) : null,
    bucketsFile: e.ASSAY_BUCKETS_FILE ? resolve(e.ASSAY_BUCKETS_FILE) : null,
    redisUrl: e.REDIS_URL ?? null,
    s3: s3Config(e),
    workers: e.ASSAY_WORKERS,
    queues: [...new Set(e.ASSAY_QUEUES)],
    lookConcurrency: e.ASSAY_LOOK_CONCURRENCY,
    tenantLooks: e.ASSAY_TENANT_LOOKS ?? null,
    scanRate: {
      live: e.ASSAY_SCAN_RATE_LIVE ?? null,
      standard: e.ASSAY_SCAN_RATE_STANDARD ?? null,
      backfill: e.ASSAY_SCAN_RATE_BACKFILL ?? null,
    },
    inferenceThreads: e.ASSAY_INFERENCE_THREADS,
    inferenceProvider: e.ASSAY_INFERENCE_PROVIDER,
    limits: {
      maxBytes: e.ASSAY_MAX_BYTES,
      maxDurationSeconds: e.ASSAY_MAX_DURATION_SECONDS,
      maxPixels: e.ASSAY_MAX_PIXELS,
      minSidePx: e.ASSAY_MIN_SIDE_PX,
      maxStreams: e.ASSAY_MAX_STREAMS,
    },
    credentials: {
      trustAnchorsFile: e.ASSAY_C2PA_TRUST_FILE ? resolve(e.ASSAY_C2PA_TRUST_FILE) : null,
      library: e.ASSAY_C2PA_LIBRARY ? resolve(e.ASSAY_C2PA_LIBRARY) : null,
    },
    fetch: { privateNetworks: e.ASSAY_FETCH_PRIVATE_NETWORKS, ports: e.ASSAY_FETCH_PORTS ?? null },
    knownMost: e.ASSAY_KNOWN_MEDIA,
    signingKeyFile: e.ASSAY_SIGNING_KEY_FILE && !e.ASSAY_MOCK ? resolve(e.ASSAY_SIGNING_KEY_FILE) : null,
    webhooks: { privateNetworks: e.ASSAY_WEBHOOK_PRIVATE_NETWORKS, ports: e.ASSAY_WEBHOOK_PORTS ?? null },
    uploadExpiresMs: e.ASSAY_UPLOAD_EXPIRES_SECONDS * 1000,
    retention: {
      mediaDays: e.ASSAY_KEEP_MEDIA_DAYS ?? null,
      evidenceDays: e.ASSAY_KEEP_EVIDENCE_DAYS ?? null,
      verdictDays: e.ASSAY_KEEP_VERDICT_DAYS ?? null,
      indexDays: e.ASSAY_KEEP_INDEX_DAYS,
      eventsDays: e.ASSAY_KEEP_EVENTS_DAYS,
    },
    logLevel: e.ASSAY_LOG_LEVEL,
    drainMs: e.ASSAY_DRAIN_SECONDS * 1000,
    adminKey: e.ASSAY_ADMIN_KEY ?? null,
    oidc: oidcSettings(e),
    corsOrigins: e.ASSAY_CORS_ORIGINS,
    ratePerMinute: e.ASSAY_RATE_PER_MINUTE,
    tenantRatePerMinute: e.ASSAY_TENANT_RATE_PER_MINUTE,
    quota: {
      period: e.ASSAY_QUOTA_PERIOD,
      bytes: e.ASSAY_QUOTA_BYTES ?? null,
      items: e.ASSAY_QUOTA_ITEMS ?? null,
      minutes: e.ASSAY_QUOTA_MINUTES ?? null,
    },
    workerMetricsPort: e.ASSAY_WORKER_METRICS_PORT ?? null,
    otlpEndpoint: e.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
    parentPid: e.ASSAY_PARENT_PID ?? null,
  };
}

type Environment = z.infer<typeof Environment>;

/** S3 is on when a bucket is named; half a configuration is an error, never a silent fall back to a folder. */
function s3Problems(e: Environment) {
  const needed = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const wanted = e.S3_ENDPOINT !== undefined || needed.some((name) => e[name] !== undefined);
  if (wanted && e.ASSAY_MOCK) return [{ name: 'ASSAY_MOCK', message: 'keeps to a folder of its own: unset S3_*' }];
  return wanted ? needed.filter((name) => e[name] === undefined).map((name) => ({ name, message: 'is missing' })) : [];
}

/** Tokens that anybody's service could have got, or that mean nobody, are a mistake of the operator. */
function oidcProblems(e: Environment) {
  const { ASSAY_OIDC_ISSUER: issuer, ASSAY_OIDC_TENANT: tenant, ASSAY_OIDC_TENANT_CLAIM: claim } = e;
  const needed = ['ASSAY_OIDC_AUDIENCE', 'ASSAY_OIDC_ROLES'] as const;
  if (issuer === undefined) {
    const others = [...needed, 'ASSAY_OIDC_CLIENT_ID', 'ASSAY_OIDC_TENANT', 'ASSAY_OIDC_TENANT_CLAIM'] as const;
    return others.some((name) => e[name] !== undefined) ? [{ name: 'ASSAY_OIDC_ISSUER', message: 'is missing' }] : [];
  }
  const missing = needed.filter((name) => e[name] === undefined).map((name) => ({ name, message: 'is missing' }));
  const one = (tenant === undefined) !== (claim === undefined);
  const message = 'must be given, or ASSAY_OIDC_TENANT_CLAIM, and not both';
  return one ? missing : [...missing, { name: 'ASSAY_OIDC_TENANT', message }];
}

function oidcSettings(e: Environment): OidcSettings | null {
  if (e.ASSAY_OIDC_ISSUER === undefined) return null;
  return {
    issuer: e.ASSAY_OIDC_ISSUER,
    audiences: e.ASSAY_OIDC_AUDIENCE ?? [],
    rolesClaim: e.ASSAY_OIDC_ROLES_CLAIM,
    roles: e.ASSAY_OIDC_ROLES ?? [],
    page: e.ASSAY_OIDC_CLIENT_ID ? { clientId: e.ASSAY_OIDC_CLIENT_ID, scope: e.ASSAY_OIDC_SCOPE } : null,
    tenantClaim: e.ASSAY_OIDC_TENANT_CLAIM ?? null,
    tenant: e.ASSAY_OIDC_TENANT ?? defaultTenant,
  };
}

function s3Config(e: Environment): S3Config | null {
  if (e.S3_BUCKET === undefined || e.S3_ACCESS_KEY_ID === undefined || e.S3_SECRET_ACCESS_KEY === undefined)
    return null;
  return {
    endpoint: e.S3_ENDPOINT,
    region: e.S3_REGION,
    bucket: e.S3_BUCKET,
    accessKeyId: e.S3_ACCESS_KEY_ID,
    secretAccessKey: e.S3_SECRET_ACCESS_KEY,
    // Servers that are not AWS rarely have a wildcard name per bucket.
    forcePathStyle: e.S3_FORCE_PATH_STYLE ?? e.S3_ENDPOINT !== undefined,
    socketTimeoutMs: e.S3_TIMEOUT_SECONDS * 1000,
  };
}
