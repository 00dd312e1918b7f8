import { verifyAudit } from '@assay/pipeline';
import { CliError, ExitCode } from '../exit';
import { withStore } from '../fleet/open-fleet';

export interface AuditOptions {
  data?: string;
  json?: boolean;
  head?: string;
}

/** @returns `failed` when the log does not hold together */
export function auditVerify(options: AuditOptions): Promise<ExitCode> {
  const known = options.head === undefined ? null : knownHead(options.head);
  return withStore(options, async (store, signal) => {
    const report = await verifyAudit(store, known, signal);
    const { entries, head, faults } = report;
    if (options.json) console.log(JSON.stringify(report));
    else {
      for (const { sequence, fault } of faults) console.log(`entry ${sequence}: ${fault.replaceAll('_', ' ')}`);
      console.log(
        `${entries} entries, ${faults.length} faults; head ${head ? `${head.sequence}:${head.hash}` : 'none'}`,
      );
    }
    return faults.length > 0 ? ExitCode.failed : ExitCode.ok;
  });
}

function knownHead(text: string): { sequence: number; hash: string } {
  const [, sequence, hash] = /^(\d{1,12}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (!sequence || !hash)
    throw new CliError('--head must be as printed: a number, a colon and 64 hex digits.', ExitCode.usage);
  return { sequence: Number(sequence), hash };
}
