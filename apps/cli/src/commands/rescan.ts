import type { Rescan, RescanId } from '@assay/contracts';
import { CreateRescan } from '@assay/contracts';
import { cancelRescan, countMatches, listRescans, planRescan, startRescan } from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';
import { audited } from '../fleet/audited';
import { operatorName } from '../fleet/operator-name';
import { withFleet } from '../fleet/with-fleet';
import { columns, forPerson, installedSet, shortSet } from '../models/operator';

export interface RescanOptions {
  data?: string;
  json?: boolean;
  set?: string;
  between?: [number, number];
  since?: string;
  to?: string;
  dryRun?: boolean;
}

/** Asks for scans again that another set judged; with `--dry-run` says how many that would be. */
export function rescan(options: RescanOptions): Promise<ExitCode> {
  const { set, between, since, to, dryRun } = options;
  if (!set || !between) throw new CliError('Say which scans: --set and --between.', ExitCode.usage);
  const request = CreateRescan.safeParse({ set, between, ...(since ? { since } : {}), ...(to ? { to } : {}) });
  if (!request.success)
    throw new CliError(request.error.issues.map(({ message }) => message).join('; '), ExitCode.usage);
  return withFleet(options, async (fleet, signal) => {
    const installed = (await installedSet()).digest;
    const query = await forPerson(planRescan(request.data, installed, fleet.store, signal));
    if (dryRun) {
      const counts = await countMatches(query, fleet, signal);
      if (options.json) console.log(JSON.stringify({ ...query, ...counts, dryRun: true }));
      else console.log(`${counts.matched} of ${counts.looked} scans would be judged again by ${shortSet(query.to)}`);
      return ExitCode.ok;
    }
    const started = await audited(
      fleet.store,
      { action: 'rescan', object: {} },
      () => forPerson(startRescan(query, operatorName(), fleet, fleet.queues, signal)),
      ({ id }) => ({ rescan: id }),
    );
    if (options.json) console.log(JSON.stringify(started));
    else console.log(`${started.id}: under way, see "assay rescan list"`);
    return ExitCode.ok;
  });
}

export function rescanList(options: RescanOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const rescans = await listRescans(store, signal);
    if (options.json) console.log(JSON.stringify({ rescans }));
    else if (rescans.length === 0) console.log('no re-scans');
    else
      console.log(
        columns([
          ['id', 'state', 'judged by', 'between', 'again by', 'looked', 'fit', 'asked for'],
          ...rescans.map(rowOf),
        ]),
      );
    return ExitCode.ok;
  });
}

export function rescanCancel(id: RescanId, options: RescanOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const did = { action: 'rescan cancel', object: { rescan: id } };
    const ended = await audited(store, did, () => forPerson(cancelRescan(id, store, signal)));
    if (options.json) console.log(JSON.stringify(ended));
    else console.log(`${ended.id}: ${ended.state}`);
    return ExitCode.ok;
  });
}

const rowOf = ({ id, state, set, between, to, looked, matched, submitted }: Rescan): string[] => [
  ...[id, state, shortSet(set), between.join(' to '), shortSet(to)],
  ...[looked, matched, submitted].map(String),
];
