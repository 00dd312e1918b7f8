import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { startGuarded, untilReady } from './guarded-child';

export interface ApiProcess {
  url: string;
  key: string;
  /** As `kill -9` from outside: nothing is finished, nothing is closed. */
  kill(): Promise<void>;
}

const main = resolve(__dirname, '../../apps/api/dist/main.js');
const startTimeoutMs = 60_000;

/** stdin is the leash, see `startGuarded`; what the service logs goes to stderr, where its address can be read. */
const script = `
env "$@" >&2 &
child=$!
trap : INT TERM HUP
cat >/dev/null
kill -9 $child; wait $child 2>/dev/null`;

/** The built API as a process of its own, one of several over the same store and Redis. */
export async function startApiProcess(key: string, env: Record<string, string>): Promise<ApiProcess> {
  if (!existsSync(main)) throw new Error('These tests run the built API: npm run build');
  const settings = { ASSAY_PORT: '0', ASSAY_LOG_LEVEL: 'info', ...env };
  const child = startGuarded(script, [
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    process.execPath,
    main,
  ]);
  let url = '';
  const ready = async (): Promise<boolean> => {
    url = /"url":"(http:[^"]+)"/.exec(child.lastWords())?.[1] ?? '';
    return url !== '';
  };
  await untilReady(child, 'the API', ready, startTimeoutMs);
  return { url, key, kill: () => child.close() };
}
