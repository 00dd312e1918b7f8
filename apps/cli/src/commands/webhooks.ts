import { type PendingReceiver, pendingReceivers } from '@assay/pipeline';
import pc from 'picocolors';
import { ExitCode } from '../exit';
import { withStore } from '../fleet/open-fleet';

export interface WebhooksPendingOptions {
  data?: string;
  json?: boolean;
  most: number;
}

/** Works from the store alone: also while Redis is away. */
export function webhooksPending(options: WebhooksPendingOptions): Promise<ExitCode> {
  return withStore(options, async (store, signal) => {
    const report = await pendingReceivers(store, options.most, signal);
    if (options.json) console.log(JSON.stringify(report));
    else {
      if (report.receivers.length === 0) console.log('every event was delivered');
      for (const receiver of report.receivers) console.log(lineOf(receiver, Date.now()));
      if (!report.complete) process.stderr.write(`looked at the oldest ${report.looked}; --most looks at more\n`);
    }
    return ExitCode.ok;
  });
}

const msPerMinute = 60_000;
const minutesPerHour = 60;

function lineOf(receiver: PendingReceiver, now: number): string {
  const { tenant, webhook, pending, oldestAt, tries, lastOutcome, lastStatus, nextAttemptAt } = receiver;
  const minutes = Math.max(0, Math.floor((now - Date.parse(oldestAt)) / msPerMinute));
  const age = `${Math.floor(minutes / minutesPerHour)} h ${minutes % minutesPerHour} min`;
  const last =
    lastOutcome === null ? 'not tried yet' : [lastOutcome, lastStatus].filter((part) => part !== null).join(' ');
  const next = nextAttemptAt === null ? '' : `, next ${nextAttemptAt}`;
  return `${tenant}  ${pc.bold(webhook)}  ${pending} pending, oldest ${age}  ${last} ${pc.dim(`(${tries} tries${next})`)}`;
}
