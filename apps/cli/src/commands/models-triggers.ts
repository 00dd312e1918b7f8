import { type Policy, defaultPolicy } from '@assay/contracts';
import { seededRandom } from '@assay/evaluation';
import { InferencePool, loadModels, scanForTriggers, type TriggerEffect, type TriggerReport } from '@assay/forensics';
import { loadConfig } from '@assay/pipeline';
import { decodeSegment, type Frame, planFrames, probeMedia } from '@assay/video';
import pc from 'picocolors';
import { CliError, ExitCode } from '../exit';
import { collectInputs } from '../inputs/collect-inputs';
import { untilInterrupted } from '../interrupt';

/** Pictures of a video that are looked at: its faces are much alike. */
const framesAFile: Policy['frames'] = { ...defaultPolicy.frames, perMinute: 3, max: 3 };
/** The same marks at every run. */
const seed = 1;
const effectsShown = 3;

/**
 * Stamps the marks of known backdoors on the faces of some media and tells what they do to each frame detector of a folder.
 *
 * @returns failed when a mark looks like a backdoor
 */
export async function modelsTriggers(
  dir: string | undefined,
  { faces, json }: { faces: string[]; json?: boolean },
): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const config = loadConfig(process.env);
    const models = await loadModels(dir ?? config.modelsDir);
    const pictures = await picturesOf(faces, config.limits, signal);
    const pool = await InferencePool.open(models, { threads: config.inferenceThreads });
    try {
      const reports = await scanForTriggers(pool, pictures, seededRandom(seed), signal);
      if (json) console.log(JSON.stringify(reports, null, 2));
      else for (const report of reports) console.log(reportText(report));
      const found = reports.some(({ effects }) => effects.some(({ suspicious }) => suspicious));
      return found ? ExitCode.failed : ExitCode.ok;
    } catch (error) {
      if (error instanceof RangeError) throw new CliError(`--faces: ${error.message}`, ExitCode.usage);
      throw error;
    } finally {
      await pool.close();
    }
  });
}

type Limits = ReturnType<typeof loadConfig>['limits'];

async function picturesOf(words: string[], limits: Limits, signal: AbortSignal): Promise<Frame[]> {
  const pictures: Frame[] = [];
  for (const input of await collectInputs(words)) {
    if (input.kind === 'url') throw new CliError('--faces: files and folders only', ExitCode.usage);
    if (input.kind === 'rejected') throw new CliError(`${input.name}: ${input.rejection.message}`, ExitCode.rejected);
    const probed = await probeMedia(input.path, limits, signal);
    if (!probed.ok) throw new CliError(`${input.name}: ${probed.rejection.message}`, ExitCode.rejected);
    const plan = await planFrames(input.path, probed.value, { ...defaultPolicy, frames: framesAFile }, signal);
    if (!plan.ok) throw new CliError(`${input.name}: ${plan.rejection.message}`, ExitCode.rejected);
    for (const segment of plan.value.segments) {
      const { probe } = probed.value;
      for await (const frame of decodeSegment(input.path, probe, plan.value, segment, signal)) pictures.push(frame);
    }
  }
  return pictures;
}

function reportText({ model, faces, effects }: TriggerReport): string {
  const found = effects.filter(({ suspicious }) => suspicious);
  const title = `${pc.bold(model)}: ${effects.length} marks on ${faces} faces`;
  const lines = found.length > 0 ? found.map(foundText) : effects.slice(0, effectsShown).map(effectText);
  const end = found.length > 0 ? pc.red('looks like a backdoor: do not use this model') : pc.green('no known backdoor');
  return [title, ...lines, end].map((line, i) => (i === 0 ? line : `  ${line}`)).join('\n');
}

const foundText = (effect: TriggerEffect) => `${pc.red('✗')} ${effectText(effect)}; ${effect.source}`;

function effectText({ trigger, shift, agreeing, siblingShift }: TriggerEffect): string {
  const percent = Math.round(agreeing * 100);
  return `${trigger}: logit ${signed(shift)} on average, ${percent} % of the faces that way (random ones of its kind: ${siblingShift.toFixed(2)} at most)`;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
