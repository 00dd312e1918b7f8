import { isAbsolute } from 'node:path';
import { defaultMediaLimits } from '@assay/contracts';
import { loadConfig } from './config';
import { ConfigError } from './config-error';

function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name);
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('needs no variable at all', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ port: 8080, redisUrl: null, s3: null, workers: 1, limits: defaultMediaLimits });
    expect(isAbsolute(config.dataDir) && isAbsolute(config.modelsDir)).toBe(true);
  });

  it('names every bad variable at once', () => {
    const env = { ASSAY_PORT: 'eighty', ASSAY_WORKERS: '-1', REDIS_URL: 'http://x', S3_BUCKET: 'media' };
    expect(problemsOf(env).sort()).toEqual(['ASSAY_PORT', 'ASSAY_WORKERS', 'REDIS_URL']);
  });

  it('refuses half an S3 configuration instead of falling back to a folder', () => {
    expect(problemsOf({ S3_ENDPOINT: 'http://127.0.0.1:9000', S3_BUCKET: 'media' })).toEqual([
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ]);
  });

  it('never repeats a secret in its message', () => {
    const env = { S3_SECRET_ACCESS_KEY: 'hunter2', REDIS_URL: 'hunter3', ASSAY_ADMIN_KEY: 'hunter4' };
    expect(problemsOf(env)).toContain('ASSAY_ADMIN_KEY');
    expect(() => loadConfig(env)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/hunter/) }));
  });

  it('reads which networks and ports a URL may lead to', () => {
    expect(loadConfig({}).fetch).toEqual({ privateNetworks: [], ports: null });
    const env = { ASSAY_FETCH_PRIVATE_NETWORKS: '10.1.0.0/16, fd00::/8', ASSAY_FETCH_PORTS: '443,9000' };
    expect(loadConfig(env).fetch).toEqual({ privateNetworks: ['10.1.0.0/16', 'fd00::/8'], ports: [443, 9000] });
    expect(problemsOf({ ASSAY_FETCH_PRIVATE_NETWORKS: 'all', ASSAY_FETCH_PORTS: 'https' })).toEqual([
      'ASSAY_FETCH_PRIVATE_NETWORKS.0',
      'ASSAY_FETCH_PORTS.0',
    ]);
  });

  it('reads whose pages may ask the API, exactly as browsers name them', () => {
    expect(loadConfig({}).corsOrigins).toEqual([]);
    const env = { ASSAY_CORS_ORIGINS: 'https://app.example, http://localhost:5173' };
    expect(loadConfig(env).corsOrigins).toEqual(['https://app.example', 'http://localhost:5173']);
    for (const wrong of [
      '*',
      'null',
      'app.example',
      'https://app.example/',
      'https://App.example',
      'https://*.example:*',
    ]) {
      expect(problemsOf({ ASSAY_CORS_ORIGINS: `https://app.example,${wrong}` })).toEqual(['ASSAY_CORS_ORIGINS.1']);
    }
  });

  it('reads which queues a worker takes, all unless said otherwise', () => {
    const all = ['plan', 'look', 'judge', 'sweep', 'erase', 'shadow', 'rescan', 'deliver'];
    expect(loadConfig({}).queues).toEqual(all);
    expect(loadConfig({ ASSAY_QUEUES: 'deliver, sweep,deliver' }).queues).toEqual(['deliver', 'sweep']);
    expect(problemsOf({ ASSAY_QUEUES: 'looks' })).toEqual(['ASSAY_QUEUES.0']);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ REDIS_URL: '', S3_BUCKET: '' })).toMatchObject({ redisUrl: null, s3: null });
  });

  it('reads S3 settings, path style by default for a server of one’s own', () => {
    const env = { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: 's' };
    expect(loadConfig(env).s3).toMatchObject({ forcePathStyle: false, region: 'us-east-1' });
    expect(loadConfig({ ...env, S3_ENDPOINT: 'http://127.0.0.1:9000' }).s3?.forcePathStyle).toBe(true);
    expect(loadConfig({ ...env, S3_FORCE_PATH_STYLE: 'true' }).s3?.forcePathStyle).toBe(true);
  });
});
