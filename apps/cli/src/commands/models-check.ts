import type { ModelReport, ModelsReport } from '@assay/forensics';
import pc from 'picocolors';
import { ExitCode } from '../exit';
import { inputWords, outputWords } from '../models/model-words';

const shortDigest = 12;

/** Looks at each model of a folder, runs it once on made-up pictures, and says what is wrong in plain words. */
export async function modelsCheck(dir: string | undefined, options: { json?: boolean }): Promise<ExitCode> {
  const { loadConfig } = await import('@assay/pipeline');
  const { checkModels } = await import('@assay/forensics');
  const report = await checkModels(dir ?? loadConfig(process.env).modelsDir);
  if (options.json) console.log(JSON.stringify(asDocument(report), null, 2));
  else print(report);
  return report.digest === null ? ExitCode.failed : ExitCode.ok;
}

function print({ digest, problems, models }: ModelsReport): void {
  for (const model of models) console.log(modelText(model));
  for (const { message } of problems) console.log(`${pc.red('✗')} ${message}`);
  const count = problems.length + models.reduce((sum, model) => sum + model.problems.length, 0);
  if (digest) console.log(`${pc.green('all usable')}; model set ${digest.slice(0, shortDigest)}`);
  else console.log(pc.red(`${count} ${count === 1 ? 'problem' : 'problems'}: this set is not used until mended`));
}

function modelText({ entry, trial, problems, hints }: ModelReport): string {
  const title = `${pc.bold(entry.id)} ${entry.version}, ${entry.task}, ${(entry.bytes / 1e6).toFixed(2)} MB`;
  const lines = [`input   ${inputWords(entry)}`, `output  ${outputWords(entry)}`];
  if (trial) {
    const of = entry.task === 'forgery-frame' ? 'a face' : 'a picture';
    lines.push(
      `cost    ${Number(trial.milliseconds.toPrecision(2))} ms for ${of} of ${trial.input.join(' x ')}, one thread`,
    );
    if (trial.logits) {
      const logits = Object.entries(trial.logits).map(([name, logit]) => `${logit.toFixed(2)} ${name}`);
      lines.push(`logits  ${logits.join(', ')} (> 0: manipulated)`);
    }
    if (trial.facesInNoise !== null) lines.push(`faces   ${trial.facesInNoise} in noise`);
  }
  lines.push(...problems.map(({ code, message }) => `${pc.red('✗')} ${message} (${code})`));
  lines.push(...hints.map((hint) => `${pc.yellow('!')} ${hint}`));
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Errors are objects that JSON does not see into. */
function asDocument({ digest, problems, models }: ModelsReport): object {
  const plain = (list: ModelReport['problems']) => list.map(({ code, message }) => ({ code, message }));
  return {
    modelSet: digest,
    problems: plain(problems),
    models: models.map((model) => ({ ...model, problems: plain(model.problems) })),
  };
}
