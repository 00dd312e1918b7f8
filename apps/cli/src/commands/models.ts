import pc from 'picocolors';
import { ExitCode } from '../exit';

/** Digits of a digest that a person compares; the full one is in `--json`. */
const shortDigest = 12;

/** Lists the models of a folder, or those that this installation runs. Loading them checks size and SHA-256 of each file. */
export async function models(dir: string | undefined, options: { json?: boolean }): Promise<ExitCode> {
  const { loadConfig } = await import('@assay/pipeline');
  const { loadModels } = await import('@assay/forensics');
  const set = await loadModels(dir ?? loadConfig(process.env).modelsDir);
  if (options.json) {
    console.log(JSON.stringify({ modelSet: set.digest, models: set.entries }, null, 2));
    return ExitCode.ok;
  }
  const rows = set.entries.map((m) => [
    m.id,
    m.version,
    m.task,
    `${(m.bytes / 1e6).toFixed(2)} MB`,
    m.sha256.slice(0, shortDigest),
    m.licence,
    m.card,
  ]);
  const head = ['id', 'version', 'task', 'size', 'sha-256', 'licence', 'card'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(pc.bold(line(head)));
  for (const row of rows) console.log(line(row));
  console.log(`\n${pc.green('digests agree')} with the manifest; model set ${set.digest.slice(0, shortDigest)}`);
  return ExitCode.ok;
}
