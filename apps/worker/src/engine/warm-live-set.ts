import { type Logger, ModelSetMissingError, type Ports } from '@assay/pipeline';

/**
 * Loads the models that judge new traffic before any job is taken. A live set that is not to be had is no reason to stay away: scans
 * of other sets can be done, and those of this one are handed on, then fail with the reason.
 *
 * @throws ModelError when the models cannot be used
 */
export async function warmLiveSet(ports: Ports, log: Logger): Promise<void> {
  const signal = new AbortController().signal;
  const live = (await ports.rollout.now(signal))?.live ?? ports.models.digest;
  try {
    await ports.modelSets.warm(await ports.modelSets.models(live, signal), signal);
  } catch (error) {
    if (!(error instanceof ModelSetMissingError)) throw error;
    log.error({ modelSet: live, err: error }, 'the live model set is neither installed nor registered');
  }
}
