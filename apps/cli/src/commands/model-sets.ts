import type { ListedModelSet } from '@assay/contracts';
import { addModelSet, listModelSets, retireModelSet } from '@assay/pipeline';
import { ExitCode } from '../exit';
import { audited } from '../fleet/audited';
import { operatorName } from '../fleet/operator-name';
import { withFleet } from '../fleet/with-fleet';
import { columns, forPerson, installedSet, shortSet } from '../models/operator';

export interface SetOptions {
  data?: string;
  json?: boolean;
  name?: string;
}

export function setsList(options: SetOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const sets = await listModelSets(store, await installedSet(), signal);
    if (options.json) console.log(JSON.stringify({ sets }));
    else console.log(columns([['set', 'name', 'does', 'size', 'models'], ...sets.map(rowOf)]));
    return ExitCode.ok;
  });
}

/** Copies the models into the store, from where every worker takes them when it needs them. */
export function setsAdd(folder: string, options: SetOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const as = { name: options.name ?? null, by: operatorName() };
    const set = await audited(
      store,
      { action: 'models sets add', object: {} },
      () => forPerson(addModelSet(folder, as, store, signal)),
      ({ digest }) => ({ set: digest }),
    );
    if (options.json) console.log(JSON.stringify(set));
    else console.log(`registered: ${shortSet(set.digest)}${set.name ? ` as ${set.name}` : ''}`);
    return ExitCode.ok;
  });
}

export function setsRemove(ref: string, options: SetOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const set = await audited(
      store,
      { action: 'models sets remove', object: { set: ref } },
      () => forPerson(retireModelSet(ref, store, signal)),
      ({ digest }) => ({ set: digest }),
    );
    if (options.json) console.log(JSON.stringify(set));
    else console.log(`removed: ${shortSet(set.digest)}`);
    return ExitCode.ok;
  });
}

function rowOf({ digest, name, roles, registered, bytes, models }: ListedModelSet): string[] {
  const does = [...roles, ...(registered ? [] : ['installed, not registered'])].join(', ');
  const used = models.map(({ id, version }) => `${id} ${version}`).join(', ');
  return [shortSet(digest), name ?? '-', does || '-', `${(bytes / 1e6).toFixed(1)} MB`, used];
}
