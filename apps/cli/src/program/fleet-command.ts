import type { Command, CommandOptions } from 'commander';

/** How a command finds the service that runs. */
export const dataHelp =
  'data folder of the service (default: ASSAY_DATA_DIR or ./data); REDIS_URL and S3_* as for the service';

/** A command that works on a service that runs. */
export function fleetCommand(parent: Command, name: string, text: string, options: CommandOptions = {}): Command {
  return parent
    .command(name, options)
    .description(text)
    .option('--data <folder>', dataHelp)
    .option('--json', 'as one JSON document');
}
