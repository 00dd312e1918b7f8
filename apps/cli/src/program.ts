import { Command, CommanderError, Option } from 'commander';
import { DeadLetterQueue, DecisionLabel, fewestBudget, largestBudget, VerdictLabel } from '@assay/contracts';
import { CliError, ExitCode } from './exit';
import { dataHelp, fleetCommand } from './program/fleet-command';
import {
  addModelSetCommands,
  addModelViewCommands,
  addRescanCommand,
  addRolloutCommands,
} from './program/model-commands';
import { positive, wholeNumber } from './program/numbers';
import { addWebhookCommands } from './program/webhook-commands';

const labelOption = (flags: string, text: string): Option => new Option(flags, text).choices(DecisionLabel.options);

const maxPort = 65_535;
/** More sessions or processes than this on one machine is a typing error. */
const maxThreads = 256;

/** Not imported: help needs no more than the names. A test holds them to the adapters. */
export const layoutChoices = ['ffpp', 'celeb-df', 'dfdc', 'wild-deepfake', 'deeper-forensics', 'df40', 'no-face'];

/**
 * The command line. Each command's code is loaded when it is chosen, so that `scan` never pays for the web framework.
 *
 * @returns the exit code
 * @throws CliError with a one-line message for a person
 */
export async function runProgram(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.ok;
  const program = new Command('assay')
    .description('Tells forged video from real, and says why.')
    .version('0.1.0')
    .exitOverride()
    // What stands behind a sub-command is its own, also where the command above it has an option of that name.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done; 1 --fail-on met, a difference found, or a failure; 2 wrong usage; 3 some input rejected; 130 interrupted.',
    );

  program
    .command('up')
    .description('start the whole service on this machine: API, workers and, without REDIS_URL, an embedded Redis')
    .addOption(
      new Option('--port <number>', 'port of the API; 0 takes a free one (default: ASSAY_PORT or 8080)').argParser(
        wholeNumber(0, maxPort),
      ),
    )
    .option('--host <address>', 'address to listen on (default: ASSAY_HOST or 127.0.0.1)')
    .addOption(
      new Option(
        '--workers <number>',
        'worker processes (default: ASSAY_WORKERS or half the cores, at least 1)',
      ).argParser(wholeNumber(1, maxThreads)),
    )
    .option('--data <folder>', 'where media, verdicts and the queue live (default: ASSAY_DATA_DIR or ./data)')
    .option('--mock', 'fixed verdicts by file name or first line, without models: for integration tests')
    .action(async (options) => {
      const { up } = await import('./commands/up');
      exitCode = await up(options);
    });

  program
    .command('scan')
    .description('scan files, folders or http(s) addresses here, without a server')
    .argument('<input...>', 'video or image files, folders (searched recursively), http(s) addresses')
    .option('--json', 'one verdict document per line on stdout')
    .option('--out <folder>', 'where reports go', 'assay-report')
    .option('--no-out', 'write no reports')
    .option('--policy <id|file>', 'policy by id, or a JSON file with one')
    .addOption(
      new Option('--frames <number>', 'frames to look at (default: as the policy says)').argParser(
        wholeNumber(fewestBudget, largestBudget),
      ),
    )
    .addOption(
      new Option('--fail-on <label>', 'exit 1 when an input gets this verdict').choices(
        VerdictLabel.options.filter((label) => label !== 'rejected'),
      ),
    )
    .addOption(
      new Option('--threads <number>', 'inference threads (default: one per core, at most 4)').argParser(
        wholeNumber(1, maxThreads),
      ),
    )
    .option('--allow-private-addresses', 'read http(s) addresses on this machine and in private networks too')
    .option('--known <list>', 'compare with a hash list: CSV, JSON, or lines of "signal_type signal"')
    .addOption(labelOption('--known-label <label>', 'what being on that list means').default('confirmed_manipulated'))
    .action(async (inputs: string[], options) => {
      const { scan } = await import('./commands/scan');
      exitCode = await scan(inputs, options);
    });

  program
    .command('eval')
    .description('score labelled clips with the stages of scan and say how good the verdicts are')
    .argument(
      '<input>',
      'CSV: file,label(real|fake|no_face),family,group,region(full|left|right|x,y,w,h), files relative to it; with --layout a folder',
    )
    .addOption(
      new Option('--layout <name>', 'the input is the folder of this data set (docs/evaluation.md)').choices(
        layoutChoices,
      ),
    )
    .addOption(new Option('--compression <name>', 'of FaceForensics++ (default: c23)').choices(['raw', 'c23', 'c40']))
    .addOption(new Option('--split <name>', "the data set's own (default: all)").choices(['train', 'val', 'test']))
    .addOption(
      new Option('--per-family <number>', 'rows of each family at most, drawn by --seed: a quick look').argParser(
        wholeNumber(1, 1e9),
      ),
    )
    .option('--out <folder>', 'scores.jsonl (a second run goes on there) and eval.json', 'assay-eval')
    .option('--policy <id|file>', 'policy by id, or a JSON file with one')
    .addOption(new Option('--limit <number>', 'first rows only').argParser(wholeNumber(1, 1e9)))
    .addOption(new Option('--threads <number>', 'inference threads').argParser(wholeNumber(1, maxThreads)))
    .addOption(
      new Option('--seed <number>', 'of the bootstrap, and of --per-family')
        .argParser(wholeNumber(0, 2 ** 32 - 1))
        .default(1),
    )
    .addOption(new Option('--resamples <number>', 'of the bootstrap').argParser(wholeNumber(100, 1e6)).default(2000))
    .addOption(
      new Option('--reals-per-fake <number>', 'for the precision where fakes are rare')
        .argParser(wholeNumber(1, 1e9))
        .default(20),
    )
    .option('--compare <run>', 'folder or eval.json of an earlier run: differences with paired intervals')
    .addOption(
      new Option('--slice <column>', 'false alarms, misses and AUC by the values of a column of the CSV; repeatable')
        .argParser((column: string, before: string[]) => [...before, column])
        .default([], 'none'),
    )
    .option('--perturb <grid>', 'also perturbed: all, or such as compression,blur:3 (docs/evaluation.md)')
    .option(
      '--uploads',
      'also after what happens to uploads: encoded again, made smaller, cropped (docs/evaluation.md)',
    )
    .option('--attack <names>', 'also attacked: all, or laundering, beauty, makeup (docs/evaluation.md)')
    .action(async (input: string, options) => {
      const { evaluateCommand } = await import('./commands/eval');
      exitCode = await evaluateCommand(input, options);
    });

  program
    .command('verify')
    .description('run a verdict again and compare; or, with --key, check its signature, offline')
    .argument('<verdict>', 'a verdict.json')
    .argument('[file]', 'the media that it speaks of; with --key it may be left out')
    .option('--key <file|url>', 'public key or keys to check the signature with: PEM, JWK or JWK set')
    .option('--signature <file>', 'with --key; without it, x.sig.json beside x.json')
    .option('--json', 'the comparison as one JSON document')
    .option('--policy <file>', 'JSON file with the policy, when it is not one of the configured')
    .addOption(
      new Option('--threads <number>', 'inference threads (default: one per core, at most 4)').argParser(
        wholeNumber(1, maxThreads),
      ),
    )
    .action(async (verdict: string, file: string | undefined, options) => {
      if (options.key !== undefined) {
        const { verifySignature } = await import('./commands/verify-signature');
        exitCode = await verifySignature(verdict, file, options);
        return;
      }
      if (file === undefined)
        throw new CliError('Give the file to scan again, or --key to check the signature.', ExitCode.usage);
      const { verify } = await import('./commands/verify');
      exitCode = await verify(verdict, file, options);
    });

  program
    .command('stability')
    .description('scan a video again encoded anew, smaller and cropped: how far does the verdict move?')
    .argument('<file>', 'video file')
    .option('--policy <id|file>', 'policy by id, or a JSON file with one')
    .option('--json', 'all answers as one JSON document')
    .addOption(new Option('--threads <number>', 'inference threads').argParser(wholeNumber(1, maxThreads)))
    .action(async (file: string, options) => {
      const { stability } = await import('./commands/stability');
      exitCode = await stability(file, options);
    });

  fleetCommand(program, 'reindex', 'rebuild the Redis index from the object store, beside a running service').action(
    async (options) => {
      const { reindexCommand } = await import('./commands/reindex');
      exitCode = await reindexCommand(options);
    },
  );

  const dlq = program.command('dlq').description('dead letters: jobs that were given up, of a running service');
  const dlqCommand = (name: string, text: string): Command => fleetCommand(dlq, name, text);
  const queueOption = (): Option => new Option('--queue <name>', 'of this queue only').choices(DeadLetterQueue.options);
  dlqCommand('list', 'which jobs, of which scans, why and since when')
    .addOption(queueOption())
    .action(async (options) => {
      const { dlqList } = await import('./commands/dlq');
      exitCode = await dlqList(options);
    });
  dlqCommand('show', 'one of them')
    .argument('<id>', 'as listed')
    .action(async (id: string, options) => {
      const { dlqShow } = await import('./commands/dlq');
      exitCode = await dlqShow(id, options);
    });
  dlqCommand('retry', 'put jobs back with fresh attempts, and open their scans again')
    .argument('[id...]', 'as listed')
    .option('--all', 'all of them')
    .addOption(queueOption())
    .action(async (ids: string[], options) => {
      const { dlqRetry } = await import('./commands/dlq');
      exitCode = await dlqRetry(ids, options);
    });
  dlqCommand('drop', 'remove jobs; their scans stay failed, with the reason')
    .argument('[id...]', 'as listed')
    .option('--all', 'all of them')
    .addOption(queueOption())
    .action(async (ids: string[], options) => {
      const { dlqDrop } = await import('./commands/dlq');
      exitCode = await dlqDrop(ids, options);
    });

  const keys = program.command('keys').description('API keys of a service, on its store');
  const keysCommand = (name: string, text: string): Command =>
    keys
      .command(name)
      .description(text)
      .option('--data <folder>', dataHelp)
      .option('--tenant <tenant>', 'whose')
      .option('--json', 'as one JSON document');
  keysCommand('create', 'make a key; it is shown once')
    .requiredOption('--name <name>', 'for people')
    .requiredOption('--role <role...>', 'operator, admin, moderator, submitter, viewer, auditor')
    .option('--scope <permission...>', 'these permissions of its roles alone')
    .option('--expires <time>', 'when it ends, ISO 8601 in UTC')
    .action(async (options) => {
      const { keysCreate } = await import('./commands/keys');
      exitCode = await keysCreate(options);
    });
  keysCommand('list', 'all of them, newest first').action(async (options) => {
    const { keysList } = await import('./commands/keys');
    exitCode = await keysList(options);
  });
  keysCommand('rotate', 'a new key with the rights of an old one, which ends later')
    .argument('<id>', 'as listed')
    .addOption(new Option('--overlap <seconds>', 'how long the old one works as well').argParser(Number))
    .action(async (id: string, options) => {
      const { keysRotate } = await import('./commands/keys');
      exitCode = await keysRotate(id, options);
    });
  keysCommand('revoke', 'end a key for good')
    .argument('<id>', 'as listed')
    .action(async (id: string, options) => {
      const { keysRevoke } = await import('./commands/keys');
      exitCode = await keysRevoke(id, options);
    });

  program
    .command('audit')
    .description('the audit log of a service, on its store')
    .command('verify')
    .description('does it hold together: was an entry altered, removed or moved?')
    .option('--data <folder>', dataHelp)
    .option('--head <number:hash>', 'as printed by an earlier run: was the end cut off since?')
    .option('--json', 'as one JSON document')
    .action(async (options) => {
      const { auditVerify } = await import('./commands/audit');
      exitCode = await auditVerify(options);
    });

  program
    .command('fingerprint')
    .description('print perceptual hashes (vPDQ, PDQ) of videos and stills, one for each second')
    .argument('<file...>', 'video or image files')
    .option('--json', 'one hash list for all files, as a JSON array')
    .option('--csv', 'one hash list for all files, as CSV with the columns of ThreatExchange')
    .addOption(new Option('--every <seconds>', 'seconds between hashes').argParser(positive).default(1))
    .action(async (files: string[], options) => {
      const { fingerprint } = await import('./commands/fingerprint');
      exitCode = await fingerprint(files, options);
    });

  program
    .command('match')
    .description('say which things of a hash list a video or still shows')
    .argument('<file>', 'video or image file')
    .requiredOption('--against <list>', 'hash list: CSV, JSON, or lines of "signal_type signal"')
    .option('--json', 'shares and frames as one JSON document')
    .addOption(new Option('--every <seconds>', 'seconds between hashes').argParser(positive).default(1))
    .action(async (file: string, options) => {
      const { match } = await import('./commands/match');
      exitCode = await match(file, options);
    });

  const known = program
    .command('known')
    .description('hash lists that a running service compares scans with, and what people decided there');
  const knownCommand = (name: string, text: string): Command =>
    known
      .command(name)
      .description(text)
      .option('--data <folder>', dataHelp)
      .option('--tenant <id>', 'whose they are', 'default')
      .option('--shared', 'of all tenants');
  knownCommand('import', 'take in a hash list: CSV, JSON, or lines of "signal_type signal"')
    .argument('<file>', 'the list')
    .option('--name <text>', 'how verdicts call it (default: name of the file)')
    .addOption(labelOption('--label <label>', 'what being on it means').default('confirmed_manipulated'))
    .option('--json', 'the list as a JSON document')
    .action(async (file: string, options) => {
      const { knownImport } = await import('./commands/known');
      exitCode = await knownImport(file, options);
    });
  knownCommand('list', 'which lists there are')
    .option('--json', 'as one JSON document')
    .action(async (options) => {
      const { knownList } = await import('./commands/known');
      exitCode = await knownList(options);
    });
  knownCommand('export', 'media that people decided on, or the rows of a list, on stdout')
    .argument('[list]', 'id of a list; without it, what people decided on')
    .addOption(labelOption('--label <label>', 'media with this decision only'))
    .addOption(new Option('--format <name>', 'format').choices(['csv', 'json']).default('csv'))
    .action(async (list: string | undefined, options) => {
      const { knownExport } = await import('./commands/known');
      exitCode = await knownExport(list, options);
    });
  knownCommand('remove', 'remove a list; verdicts that speak of it are revised')
    .argument('<list>', 'id of a list')
    .action(async (list: string, options) => {
      const { knownRemove } = await import('./commands/known');
      exitCode = await knownRemove(list, options);
    });

  const models = program
    .command('models')
    .description(
      'list the models (default), check and try them; and say which sets of them judge what in a service that runs',
    );

  models
    .command('list', { isDefault: true })
    .description('list the models and check their digests')
    .argument('[folder]', 'folder with a manifest.json (default: ASSAY_MODELS_DIR or the shipped models)')
    .option('--json', 'as one JSON document')
    .action(async (folder: string | undefined, options) => {
      const { models: list } = await import('./commands/models');
      exitCode = await list(folder, options);
    });

  models
    .command('check')
    .description('run each model once on made-up pictures: input, output, cost, and what is wrong in plain words')
    .argument('[folder]', 'folder with a manifest.json (default: ASSAY_MODELS_DIR or the shipped models)')
    .option('--json', 'as one JSON document')
    .action(async (folder: string | undefined, options) => {
      const { modelsCheck } = await import('./commands/models-check');
      exitCode = await modelsCheck(folder, options);
    });

  models
    .command('triggers')
    .description('look for backdoors of known kinds: what small marks on faces do to each forgery detector')
    .argument('[folder]', 'folder with a manifest.json (default: ASSAY_MODELS_DIR or the shipped models)')
    .requiredOption('--faces <file...>', 'videos, pictures or folders with faces that the model was not trained on')
    .option('--json', 'as one JSON document')
    .action(async (folder: string | undefined, options) => {
      const { modelsTriggers } = await import('./commands/models-triggers');
      exitCode = await modelsTriggers(folder, options);
    });
  const end = (code: ExitCode): void => void (exitCode = code);
  addModelSetCommands(models, end);
  addRolloutCommands(models, end);
  addModelViewCommands(models, end);
  addRescanCommand(program, end);
  addWebhookCommands(program, end);

  program
    .command('test')
    .description('format, lint, floors, types and every test; further arguments go to jest')
    .argument('[jest arguments...]')
    .allowUnknownOption()
    .action(async (jestArguments: string[]) => {
      const { test } = await import('./commands/test');
      exitCode = await test(jestArguments);
    });

  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander has told the person already; help and version leave through here too, with code 0.
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  }
  return exitCode;
}
