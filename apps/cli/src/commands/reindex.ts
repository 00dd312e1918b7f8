import { reindex, type ReindexReport, restoreUsage, scheduleSweeps } from '@assay/pipeline';
import { ExitCode } from '../exit';
import { openFleet } from '../fleet/open-fleet';
import { untilInterrupted } from '../interrupt';

export interface ReindexOptions {
  data?: string;
  json?: boolean;
}

/** How often a person is told how far it is, ms. */
const tellEveryMs = 500;

/**
 * Rebuilds the index from the object store, then has the fleet sweep: scans that lost their jobs with the index go on.
 *
 * @returns `failed` when some scan's record could not be read
 */
export async function reindexCommand(options: ReindexOptions): Promise<ExitCode> {
  const onStopped = (): void => {
    process.stderr.write('stopped; what was restored stays, run it again for the rest\n');
  };
  return untilInterrupted(async (signal) => {
    const fleet = await openFleet(options, signal);
    try {
      const report = await reindex(fleet, signal, progressLine());
      await restoreUsage(fleet, fleet.quotas, signal);
      await scheduleSweeps(fleet.queues);
      tell(report, options.json ?? false);
      return report.unreadable.length > 0 ? ExitCode.failed : ExitCode.ok;
    } finally {
      await fleet.close();
    }
  }, onStopped);
}

/** On stderr: stdout is for the result. A count and not a share, as how many there are is known at the end only. */
function progressLine(): (report: Readonly<ReindexReport>) => void {
  let toldAt = performance.now();
  return ({ scans }) => {
    if (performance.now() - toldAt < tellEveryMs) return;
    toldAt = performance.now();
    process.stderr.write(`${scans} scans\n`);
  };
}

function tell(report: ReindexReport, json: boolean): void {
  if (json) return console.log(JSON.stringify(report));
  const { scans, created, replaced, kept, gone, unreadable, known } = report;
  console.log(
    `${scans} scans: ${created} restored, ${replaced} brought up to date, ${kept} left as they were, ${gone} deleted`,
  );
  console.log(`${known} known media and entries of lists`);
  for (const scan of unreadable) console.log(`unreadable: ${scan}`);
}
