import type { Config } from '@assay/pipeline';

/** Settings that the API alone reads, and what it reads them as. All others have to reach the workers, too. */
export const ofApi: Record<string, keyof Config> = {
  ASSAY_ADMIN_KEY: 'adminKey',
  ASSAY_PUBLIC_URL: 'publicUrl',
  ASSAY_UPLOAD_EXPIRES_SECONDS: 'uploadExpiresMs',
  ASSAY_RATE_PER_MINUTE: 'ratePerMinute',
  ASSAY_TENANT_RATE_PER_MINUTE: 'tenantRatePerMinute',
  ASSAY_FETCH_PRIVATE_NETWORKS: 'fetch',
  ASSAY_FETCH_PORTS: 'fetch',
  ASSAY_CORS_ORIGINS: 'corsOrigins',
  ASSAY_OIDC_ISSUER: 'oidc',
  ASSAY_OIDC_AUDIENCE: 'oidc',
  ASSAY_OIDC_ROLES_CLAIM: 'oidc',
  ASSAY_OIDC_ROLES: 'oidc',
  ASSAY_OIDC_TENANT_CLAIM: 'oidc',
  ASSAY_OIDC_TENANT: 'oidc',
  ASSAY_OIDC_CLIENT_ID: 'oidc',
  ASSAY_OIDC_SCOPE: 'oidc',
};

/** Settings that the compose file does not take from `.env`, and why. */
export const fixedInCompose: Record<string, string> = {
  REDIS_URL: 'the one beside it',
  ASSAY_QUEUES: 'who decodes has no way out, who delivers has',
};

/** Settings that a way to deploy does not name, and why: everything else has a place of its own there. */
const everywhere: Record<string, string> = {
  ASSAY_DATA_DIR: 'of the image; nothing that matters lies there where the store is S3',
  ASSAY_MODELS_DIR: 'the models are in the image',
  ASSAY_MODEL_CACHE_DIR: 'among the temporary files, which lie in the volume `scratch`',
  ASSAY_C2PA_LIBRARY: 'the one in the image is for its platform',
  ASSAY_MOCK: 'keeps to a folder and refuses to start with an S3 store',
  ASSAY_WORKERS: 'processes that `assay up` starts',
  ASSAY_PARENT_PID: 'tells processes of `assay up` and of tests whose they are',
};

export const leftOut = {
  chart: everywhere,
  compose: {
    ...everywhere,
    ASSAY_HOST: 'of the image',
    ASSAY_PORT: 'of the image; ASSAY_PUBLISH says where it is seen',
    ASSAY_WORKER_METRICS_PORT: 'of the image',
    ASSAY_DRAIN_SECONDS: 'Docker waits as long as the file says',
    ASSAY_POLICIES_FILE: 'a file, which an override mounts: docs/settings.md',
    ASSAY_BUCKETS_FILE: 'a file, which an override mounts: docs/settings.md',
    ASSAY_SIGNING_KEY_FILE: 'a file, which an override mounts: docs/settings.md',
    ASSAY_C2PA_TRUST_FILE: 'a file, which an override mounts: docs/settings.md',
  },
} satisfies Record<string, Record<string, string>>;
