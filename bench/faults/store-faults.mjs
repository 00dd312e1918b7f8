import { setTimeout as sleep } from 'node:timers/promises';
import { s3FaultKinds } from '../../test/support/dist/s3-faults.js';
import { S3FaultProxy } from '../../test/support/dist/s3-fault-proxy.js';
import { startS3 } from '../../test/support/dist/s3.js';

/** Share of requests that fail in a trial, least and most. */
const failing = [0.05, 0.35];
/** One trial in this many also has an outage, of up to so long, ms: beyond what a request's own tries bridge. */
const outageEvery = 3;
const longestOutageMs = 10_000;
/** Stalls are longer than this; the product's default of 30 s would make each of them a minute's wait. */
const timeoutSeconds = 1;

/** A real S3 server behind a proxy that fails a share of requests that is new in each trial. */
export async function openStoreFaults({ random }) {
  const server = await startS3();
  const proxy = await S3FaultProxy.open({ target: server.endpoint, random });
  return {
    env: {
      S3_ENDPOINT: proxy.url,
      S3_BUCKET: server.bucket,
      S3_ACCESS_KEY_ID: server.accessKeyId,
      S3_SECRET_ACCESS_KEY: server.secretAccessKey,
      S3_TIMEOUT_SECONDS: String(timeoutSeconds),
    },
    async disturb() {
      const weights = s3FaultKinds.map(() => random());
      const share = failing[0] + (failing[1] - failing[0]) * random();
      const sum = weights.reduce((total, weight) => total + weight, 0);
      proxy.rates = Object.fromEntries(s3FaultKinds.map((kind, at) => [kind, (share * weights[at]) / sum]));
      const outageMs = random() < 1 / outageEvery ? Math.floor(random() * longestOutageMs) : 0;
      await sleep(Math.floor(random() * 2_000));
      proxy.down = outageMs > 0;
      await sleep(outageMs);
      proxy.down = false;
      return `${(100 * share).toFixed(0)} % of requests fail, store away for ${outageMs} ms`;
    },
    calm() {
      proxy.rates = {};
      const doubleVerdicts = [...proxy.verdicts.values()].filter(({ size }) => size > 1).length;
      return { counts: { doubleVerdicts }, figures: { requests: proxy.requests, met: { ...proxy.met } } };
    },
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
