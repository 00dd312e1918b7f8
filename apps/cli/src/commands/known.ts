import { basename } from 'node:path';
import { type DecisionLabel, type HashListRow, KnownListId, TenantId } from '@assay/contracts';
import {
  exportKnownMedia,
  HashListError,
  hashListCsv,
  hashListJson,
  importKnownList,
  KnownListError,
  listKnownLists,
  removeKnownList,
  rowsOfKnownList,
  sharedScope,
  sweepSoon,
} from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';
import { audited } from '../fleet/audited';
import { type Fleet, openFleet } from '../fleet/open-fleet';
import { untilInterrupted } from '../interrupt';
import { readHashListFile } from '../known/read-hash-list-file';

export interface KnownOptions {
  data?: string;
  tenant: string;
  shared?: boolean;
}

/** Rows read at once. */
const pageSize = 100;

export function knownImport(
  file: string,
  options: KnownOptions & { name?: string; label: DecisionLabel; json?: boolean },
): Promise<ExitCode> {
  return withFleet(options, async (fleet, scope, signal) => {
    const read = await readHashListFile(file);
    const given = { name: options.name ?? basename(file), label: options.label, ...read };
    const list = await audited(
      fleet.store,
      { action: 'known import', object: { scope } },
      () => importKnownList(scope, given, fleet, signal),
      ({ id }) => ({ list: id }),
    );
    if (options.json) console.log(JSON.stringify(list));
    else console.log(`${list.id}  ${list.name}: ${countsOf(list)}, ${list.passedOver} rows of other types passed over`);
    return ExitCode.ok;
  });
}

export function knownList(options: KnownOptions & { json?: boolean }): Promise<ExitCode> {
  return withFleet(options, async (fleet, scope, signal) => {
    const lists = await listKnownLists(scope, fleet, signal);
    if (options.json) console.log(JSON.stringify({ lists }));
    else if (lists.length === 0) console.log('no lists');
    else for (const list of lists) console.log(`${list.id}  ${list.label}  ${list.name}: ${countsOf(list)}`);
    return ExitCode.ok;
  });
}

export function knownExport(
  list: string | undefined,
  options: KnownOptions & { label?: DecisionLabel; format: 'csv' | 'json' },
): Promise<ExitCode> {
  return withFleet(options, async (fleet, scope, signal) => {
    const rows: HashListRow[] = [];
    if (list !== undefined) rows.push(...(await rowsOfKnownList(scope, listId(list), fleet, signal)));
    else {
      for (let cursor: string | undefined; ;) {
        const query = {
          limit: pageSize,
          ...(options.label ? { label: options.label } : {}),
          ...(cursor ? { cursor } : {}),
        };
        const page = await exportKnownMedia(scope, query, fleet, signal);
        rows.push(...page.rows);
        if (page.next === null) break;
        cursor = page.next;
      }
    }
    process.stdout.write(options.format === 'json' ? hashListJson(rows) : hashListCsv(rows));
    return ExitCode.ok;
  });
}

export function knownRemove(list: string, options: KnownOptions): Promise<ExitCode> {
  return withFleet(options, async (fleet, scope, signal) => {
    const id = listId(list);
    const did = { action: 'known remove', object: { scope, list: id } };
    await audited(fleet.store, did, () => removeKnownList(scope, id, fleet, signal));
    await sweepSoon(fleet.queues, list, fleet.log);
    console.log(`removed: ${list}`);
    return ExitCode.ok;
  });
}

function listId(text: string): string {
  const id = KnownListId.safeParse(text);
  if (!id.success) throw new CliError(`"${text}" is no id of a list; "assay known list" has them.`, ExitCode.usage);
  return id.data;
}

const countsOf = ({ signals }: { signals: Record<string, number> }): string =>
  Object.entries(signals)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ');

async function withFleet(
  options: KnownOptions,
  work: (fleet: Fleet, scope: string, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const tenant = TenantId.safeParse(options.tenant);
  if (!tenant.success) throw new CliError(`"${options.tenant}" is no tenant.`, ExitCode.usage);
  return untilInterrupted(async (signal) => {
    const fleet = await openFleet(options, signal);
    try {
      return await work(fleet, options.shared ? sharedScope : tenant.data, signal);
    } catch (error) {
      if (error instanceof HashListError) throw new CliError(`The list ${error.message}.`, ExitCode.usage);
      if (error instanceof KnownListError) throw new CliError(error.message);
      throw error;
    } finally {
      await fleet.close();
    }
  });
}
