import { setTimeout as sleep } from 'node:timers/promises';
import { kindNames } from './processes.mjs';

/** Three fixture clips are through in about 4 s on two cores, their decoders earlier: kills fall anywhere in it, ms. */
const killWithinMs = { api: 4_000, worker: 4_000, engine: 4_000, redis: 4_000, ffmpeg: 1_500 };
/** A decoder lives for a moment only: wait for one this long at most, ms. */
const victimWithinMs = 4_000;

/** `kill -9` of one process of a random kind at a random moment. */
export function openKills({ random }) {
  const killed = Object.fromEntries([...kindNames, 'none'].map((kind) => [kind, 0]));

  async function killOne(service, kind) {
    for (const until = Date.now() + victimWithinMs; Date.now() < until; await sleep(5)) {
      const victims = service.processes().filter((found) => found.kind === kind);
      const victim = victims[Math.floor(random() * victims.length)];
      if (!victim) continue;
      try {
        process.kill(victim.pid, 'SIGKILL');
        return kind;
      } catch {
        // It ended by itself in between.
      }
    }
    return 'none';
  }

  return {
    env: {},
    async disturb(service) {
      const kind = kindNames[Math.floor(random() * kindNames.length)];
      const afterMs = Math.floor(random() * killWithinMs[kind]);
      await sleep(afterMs);
      const victim = await killOne(service, kind);
      killed[victim] += 1;
      return `${victim} killed after ${afterMs} ms`;
    },
    calm: () => ({ counts: {}, figures: { killed } }),
    close: async () => undefined,
  };
}
