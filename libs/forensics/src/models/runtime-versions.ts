import { readFileSync } from 'node:fs';

/** Threads in each onnxruntime session: one, so that numbers are the same whatever the machine; the pool adds the rest. */
export const threadsPerSession = 1;

/** Versions of what computes the numbers, for a verdict's `method.tools`. Reads a file, loads no native code. */
export function runtimeVersions(): Record<string, string> {
  const manifest: unknown = JSON.parse(readFileSync(require.resolve('onnxruntime-node/package.json'), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return { onnxruntime: known ? String(manifest.version) : 'unknown' };
}
