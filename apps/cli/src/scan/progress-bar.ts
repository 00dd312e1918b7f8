import { basename } from 'node:path';
import type { ScanEvent } from '@assay/contracts';
import type { SingleBar } from 'cli-progress';
import { stageWords } from '../report/words';

export interface ProgressBar {
  show(name: string, event: Pick<ScanEvent, 'percent' | 'stage'>): void;
  hide(): void;
}

/** Names are cut to this, so that the bar stays on one line. */
const maxNameColumns = 40;

/** A bar on stderr when a person is looking, nothing otherwise: stdout is for verdicts. */
export async function openProgressBar(): Promise<ProgressBar> {
  if (!process.stderr.isTTY) return { show: () => undefined, hide: () => undefined };
  const { SingleBar: Bar } = await import('cli-progress');
  let bar: SingleBar | null = null;
  return {
    show(name, { percent, stage }) {
      const shown = basename(name)
        .replace(/\p{Cc}/gu, '�')
        .slice(0, maxNameColumns);
      if (bar) return bar.update(percent, { stage: stageWords[stage], name: shown });
      bar = new Bar({
        stream: process.stderr,
        format: '{bar} {percentage}%  {stage}  {name}',
        barCompleteChar: '━',
        barIncompleteChar: '─',
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        gracefulExit: false,
      });
      bar.start(100, percent, { stage: stageWords[stage], name: shown });
    },
    hide() {
      bar?.stop();
      bar = null;
    },
  };
}
