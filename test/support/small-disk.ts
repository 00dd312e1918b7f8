import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own size, in memory. */
export interface SmallDisk {
  path: string;
  /** Takes all room that is left. */
  fill(): Promise<void>;
  /** Gives back what `fill` took. */
  free(): void;
  /** Gone, with all that is on it. */
  remove(): void;
}

/** @returns null where this process may not mount one: it needs Linux, and root or CAP_SYS_ADMIN */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'assay-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'assay-test', path]);
  if (mounted.status !== 0) {
    rmdirSync(path);
    return null;
  }
  const ballast = join(path, 'ballast');
  return {
    path,
    async fill() {
      const file = await open(ballast, 'a');
      try {
        // By pages: a larger piece would leave some of them free.
        const { bsize } = statfsSync(path);
        for (;;) await file.writeFile(Buffer.alloc(bsize));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync('umount', ['--lazy', path]);
      if (existsSync(path)) rmdirSync(path);
    },
  };
}
