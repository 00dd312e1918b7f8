import { maxDisagreements, maxDriftDays } from '@assay/contracts';
import { type Command, Option } from 'commander';
import type { ExitCode } from '../exit';
import { fleetCommand } from './fleet-command';
import { range, share, wholeNumber } from './numbers';

type End = (code: ExitCode) => void;

const noteOption = (): Option => new Option('--note <text>', 'why, for the history');

/** `assay models sets ...`: which sets there are. */
export function addModelSetCommands(models: Command, end: End): void {
  models.addHelpText(
    'after',
    '\nA change of models: sets add, shadow, compare, canary, promote; rollback at any time. See docs/model-changes.md.',
  );
  const sets = models.command('sets').description('model sets of a service that runs: list (default), add, remove');
  fleetCommand(sets, 'list', 'which sets there are, and what each does', { isDefault: true }).action(
    async (options) => {
      const { setsList } = await import('../commands/model-sets');
      end(await setsList(options));
    },
  );
  fleetCommand(sets, 'add', 'copy a folder with a manifest.json into the store, from where every worker takes it')
    .argument('<folder>', 'folder with a manifest.json')
    .option('--name <name>', 'how people call it: lower-case letters, digits, dots and dashes')
    .action(async (folder: string, options) => {
      const { setsAdd } = await import('../commands/model-sets');
      end(await setsAdd(folder, options));
    });
  fleetCommand(sets, 'remove', 'take a set out of the store; refused while anything needs it')
    .argument('<set>', 'name, or first digits of the digest')
    .action(async (set: string, options) => {
      const { setsRemove } = await import('../commands/model-sets');
      end(await setsRemove(set, options));
    });
}

/** `assay models shadow | canary | promote | rollback ...`: which set judges what. */
export function addRolloutCommands(models: Command, end: End): void {
  const trial = (role: 'shadow' | 'canary', text: string, usual: string) =>
    fleetCommand(models, role, text)
      .argument('<set>', 'name, or first digits of the digest; "off" ends it')
      .addOption(
        new Option('--share <part>', `of the traffic, above 0 and at most 1 (default: ${usual})`).argParser(share),
      )
      .addOption(noteOption())
      .action(async (set: string, options) => {
        const { modelsTrial } = await import('../commands/model-rollout');
        end(await modelsTrial(role, set, options));
      });
  trial('shadow', 'score a share of the traffic once more with another set, in idle time and without effect', '1');
  trial('canary', 'let another set judge a share of the traffic', '0.1');
  fleetCommand(models, 'promote', 'let a set judge all new traffic; scans under way keep theirs')
    .argument('<set>', 'name, or first digits of the digest')
    .addOption(noteOption())
    .action(async (set: string, options) => {
      const { modelsPromote } = await import('../commands/model-rollout');
      end(await modelsPromote(set, options));
    });
  fleetCommand(models, 'rollback', 'end the canary; without one, bring back the set that was live before')
    .addOption(noteOption())
    .action(async (options) => {
      const { modelsRollback } = await import('../commands/model-rollout');
      end(await modelsRollback(options));
    });
  fleetCommand(models, 'history', 'who changed what and when, newest first').action(async (options) => {
    const { modelsHistory } = await import('../commands/model-rollout');
    end(await modelsHistory(options));
  });
}

/** `assay models compare | drift | reference`: how the sets do. */
export function addModelViewCommands(models: Command, end: End): void {
  fleetCommand(models, 'compare', 'what a set in shadow said beside what was said')
    .argument('[set]', 'name, or first digits of the digest (default: the one in shadow)')
    .addOption(
      new Option('--limit <number>', 'disagreements listed (default: 50)').argParser(wholeNumber(0, maxDisagreements)),
    )
    .action(async (set: string | undefined, options) => {
      const { modelsCompare } = await import('../commands/model-drift');
      end(await modelsCompare(set, options));
    });
  fleetCommand(models, 'drift', 'how far the scores of the live set have moved; exit 1 when far')
    .addOption(new Option('--days <number>', 'today included (default: 2)').argParser(wholeNumber(1, maxDriftDays)))
    .action(async (options) => {
      const { modelsDrift } = await import('../commands/model-drift');
      end(await modelsDrift(options));
    });
  fleetCommand(models, 'reference', 'take the scores of the last 14 days as what drift is measured against')
    .addOption(noteOption())
    .action(async (options) => {
      const { modelsReference } = await import('../commands/model-rollout');
      end(await modelsReference(options));
    });
}

/** `assay rescan`: old scans, judged again. */
export function addRescanCommand(program: Command, end: End): void {
  const command = fleetCommand(program, 'rescan', 'judge old scans again by another model set, in the backfill lane')
    .option('--set <set>', 'scans that this set judged: name, or first digits of the digest')
    .addOption(new Option('--between <low,high>', 'with a probability from low to high').argParser(range))
    .option('--since <time>', 'judged at this time or later, such as 2026-11-01T00:00:00Z')
    .option('--to <set>', 'the set that judges them again (default: the live one)')
    .option('--dry-run', 'say how many, and do nothing')
    .addHelpText('after', '\nExample: assay rescan --set 2026-10 --between 0.4,0.6 --dry-run')
    .action(async (options) => {
      const { rescan } = await import('../commands/rescan');
      end(await rescan(options));
    });
  // Options before the sub-command belong to it as well: `--json` and `--data` are on both.
  command.enablePositionalOptions();
  fleetCommand(command, 'list', 'which re-scans there are, and how far').action(async (options) => {
    const { rescanList } = await import('../commands/rescan');
    end(await rescanList(options));
  });
  fleetCommand(command, 'cancel', 'end one; scans that it has asked for go on')
    .argument('<id>', 'as listed')
    .action(async (id: string, options) => {
      const { rescanCancel } = await import('../commands/rescan');
      end(await rescanCancel(id, options));
    });
}
