/** Exits 0 when the address answers 2xx: `node healthcheck.mjs URL`. The images have no curl. */
const timeoutMs = 4_000;

const answer = await fetch(process.argv[2], { signal: AbortSignal.timeout(timeoutMs) }).catch(() => null);
process.exitCode = answer?.ok ? 0 : 1;
