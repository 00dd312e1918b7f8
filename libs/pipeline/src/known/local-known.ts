import type { DecisionLabel, KnownList } from '@assay/contracts';
import { createMemoryKnownLog, type ObjectStore } from '@assay/storage';
import { writeStored } from '../stored';
import type { Logger } from '../log';
import { createKnown, type Known } from './known';
import { knownKeys, sharedScope } from './known-keys';
import { makeKnownList, putRowsInLog } from './known-lists';
import type { Signal } from './signal-row';

/** What `assay scan` knows: lists that are given with it, and nothing that it scans. */
export interface LocalKnown {
  known: Known;
  /** A scan's own store says which lists there are. */
  noteIn(store: ObjectStore, signal: AbortSignal): Promise<void>;
}

/** @throws HashListError when there is nothing in it that is matched */
export async function openLocalKnown(
  given: { name: string; label: DecisionLabel; signals: readonly Signal[]; passedOver: number },
  logger: Pick<Logger, 'warn'>,
): Promise<LocalKnown> {
  const known = createKnown({ log: createMemoryKnownLog(), most: 0, logger });
  const { list, rows } = makeKnownList(sharedScope, given);
  // Into memory: there is nothing to wait for, and so nothing to end.
  await putRowsInLog(sharedScope, list, rows, known, new AbortController().signal);
  return {
    known: { ...known, put: async () => undefined, close: async () => undefined },
    async noteIn(store, signal) {
      await writeStored(
        store,
        knownKeys.list(sharedScope, list.id),
        list satisfies KnownList,
        { ifAbsent: false },
        signal,
      );
    },
  };
}
