import type { Rollout, ScoreReference } from '@assay/contracts';
import { promoteModelSet, readRolloutState, rollBack, setReference, setTrial } from '@assay/pipeline';
import { ExitCode } from '../exit';
import { audited } from '../fleet/audited';
import type { Fleet } from '../fleet/open-fleet';
import { operatorName } from '../fleet/operator-name';
import { withFleet } from '../fleet/with-fleet';
import { columns, forPerson, installedSet, installedSetIfAny, shortSet } from '../models/operator';

export interface RolloutOptions {
  data?: string;
  json?: boolean;
  note?: string;
  /** Of the traffic, 0 to 1. */
  share?: number;
}

/** What ends a trial instead of naming a set. */
const off = 'off';

export const modelsTrial = (role: 'shadow' | 'canary', set: string, options: RolloutOptions): Promise<ExitCode> =>
  change(role, options, (fleet, by, signal) => {
    const wanted = set === off ? { set: null } : { set, share: options.share ?? (role === 'shadow' ? 1 : 0.1) };
    return setTrial(role, wanted, by, fleet, signal);
  });

export const modelsPromote = (set: string, options: RolloutOptions): Promise<ExitCode> =>
  change('promote', options, (fleet, by, signal) => promoteModelSet(set, by, fleet, signal));

export const modelsRollback = (options: RolloutOptions): Promise<ExitCode> =>
  change('rollback', options, async (fleet, by, signal) =>
    rollBack((await installedSetIfAny())?.digest ?? null, by, fleet, signal),
  );

export const modelsReference = (options: RolloutOptions): Promise<ExitCode> =>
  change('reference', options, async (fleet, by, signal) =>
    setReference((await installedSet()).digest, by, fleet, signal),
  );

export function modelsHistory(options: RolloutOptions): Promise<ExitCode> {
  return withFleet(options, async ({ store }, signal) => {
    const state = await readRolloutState(store, signal);
    if (options.json) console.log(JSON.stringify(state));
    else if (!state.now) console.log('never changed: the installed set judges everything');
    else {
      const rows = state.history.map(({ number, at, by, action, note, ...entry }) => [
        ...[String(number), at, by, action],
        words(entry),
        note ?? '',
      ]);
      console.log(columns([['no', 'when', 'who', 'did', 'and since then', 'note'], ...rows]));
    }
    return ExitCode.ok;
  });
}

type Change = (fleet: Fleet, by: { by: string; note?: string | undefined }, signal: AbortSignal) => Promise<Rollout>;

function change(name: string, options: RolloutOptions, act: Change): Promise<ExitCode> {
  return withFleet(options, async (fleet, signal) => {
    const entry = await audited(
      fleet.store,
      { action: `models ${name}`, object: {} },
      () => forPerson(act(fleet, { by: operatorName(), note: options.note }, signal)),
      ({ number }) => ({ rollout: String(number) }),
    );
    if (options.json) console.log(JSON.stringify(entry));
    else console.log(`${entry.number}: ${words(entry)}`);
    return ExitCode.ok;
  });
}

/** Who judges what, in a line. */
function words({ live, canary, shadow, reference }: Pick<Rollout, 'live' | 'canary' | 'shadow' | 'reference'>): string {
  return [
    `live ${shortSet(live)}`,
    ...(canary ? [`canary ${shortSet(canary.set)} on ${percent(canary.share)}`] : []),
    ...(shadow ? [`shadow ${shortSet(shadow.set)} on ${percent(shadow.share)}`] : []),
    ...(live ? [referenceWords(reference)] : []),
  ].join(', ');
}

const referenceWords = (reference: ScoreReference | null): string =>
  reference ? `reference ${reference.from} to ${reference.to}` : 'no reference for drift';

const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
