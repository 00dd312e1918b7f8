/**
 * Invariant: `assay scan` does not load what it has no use for. Node and the modules of the scan take half a second before anything
 * is read; the clients of servers would make it nearly twice that, and come back by a single import.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

it('loads no client of Redis or S3, no queue and no web framework to scan a file', async () => {
  const command = resolve(__dirname, '../../apps/cli/dist/commands/scan.js');
  const program = `require(${JSON.stringify(command)}); console.log(JSON.stringify(Object.keys(require.cache)));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { maxBuffer: 1024 ** 2 });
  const files = JSON.parse(stdout) as string[];
  expect(files).toContain(command);
  const heavy = /node_modules\/(ioredis|rate-limiter-flexible|bullmq|express|@aws-sdk|@smithy|@nestjs)\//;
  expect(files.filter((file) => heavy.test(file))).toEqual([]);
});
