import { KnownList, type ToldNews } from '@assay/contracts';
import { readDecisionEvents } from '../events/read-events';
import { keys } from '../keys';
import type { Ports } from '../ports';
import { readDerived } from '../stored';
import { KnownRecord } from './known-entry';
import { knownKeys } from './known-keys';
import { putListInLog } from './known-lists';
import { putInLog } from './remember';

const recordPattern = /^known\/([a-z0-9_-]+)\/media\/([0-9a-f]{64})\/record\.json$/;
const listPattern = /^known\/([a-z0-9_-]+)\/lists\/(kl_[0-9a-f]{24})\/record\.json$/;
const decisionPattern = /^known\/([a-z0-9_-]+)\/media\/([0-9a-f]{64})\/decisions\//;

/**
 * Fills the log of what is known from the object store: media that was scanned, decisions and lists of all scopes. Works
 * beside a running fleet; the same entry again is no change.
 *
 * @returns how many entries there are, and what was told of decisions
 */
export async function reindexKnown(
  ports: Pick<Ports, 'store' | 'known'>,
  signal: AbortSignal,
): Promise<{ entries: number; events: ToldNews[] }> {
  const { store } = ports;
  let entries = 0;
  const events: ToldNews[] = [];
  let decided = '';
  for await (const { key } of store.list(knownKeys.all, signal)) {
    const [, tenant = '', media = ''] = decisionPattern.exec(key) ?? [];
    if (media && decided !== `${tenant} ${media}`) {
      decided = `${tenant} ${media}`;
      events.push(...(await readDecisionEvents({ tenant, media }, ports, signal)));
    }
    if (recordPattern.test(key)) {
      const record = await readDerived(store, key, KnownRecord, signal);
      // Being deleted: its record goes first.
      if (!record || !(await store.stat(keys.mediaRecord(record.media, record.tenant), signal))) continue;
      await putInLog(record, ports, signal);
      entries += 1;
    }
    const [, scope = ''] = listPattern.exec(key) ?? [];
    const list = scope ? await readDerived(store, key, KnownList, signal) : null;
    if (list) entries += await putListInLog(scope, list, ports, signal);
  }
  return { entries, events };
}
