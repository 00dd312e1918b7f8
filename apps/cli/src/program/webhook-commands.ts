import { type Command, Option } from 'commander';
import type { ExitCode } from '../exit';
import { dataHelp } from './fleet-command';
import { wholeNumber } from './numbers';

/** A day of 10 million videos. */
const most = 10_000_000;
/** Each thousand is a request to the store: seconds in all. */
const defaultMost = 100_000;

/** `assay webhooks ...`: whose receivers fail, for the operator, who may not read the tenants' own logs. */
export function addWebhookCommands(program: Command, end: (code: ExitCode) => void): void {
  program
    .command('webhooks')
    .description('webhooks and callbacks of all tenants, from the store of a service')
    .command('pending')
    .description('whose events have not been delivered: tenant, webhook, age of the oldest, how its last try ended')
    .option('--data <folder>', dataHelp)
    .addOption(
      new Option('--most <number>', 'deliveries to look at, the oldest first')
        .argParser(wholeNumber(1, most))
        .default(defaultMost),
    )
    .option('--json', 'as one JSON document')
    .action(async (options) => {
      const { webhooksPending } = await import('../commands/webhooks');
      end(await webhooksPending(options));
    });
}
