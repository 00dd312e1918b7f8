import { Outcome, Plan, Policy, accepted } from '@assay/contracts';
import { pixelGuard, withInput } from './input-arguments';
import { planFromPackets, planStill } from './plan-from-packets';
import { Probed } from './probe-media';
import { readPackets } from './read-packets';

/** Reading an hour of 20 Mbit/s video (9 GB) from a slow disk, ms. */
const timeoutMs = 180_000;

/**
 * Plans a scan from the packets, without decoding. Where the probe did not read them all, it takes one pass: 0.2 s for 10
 * minutes of video.
 *
 * @returns the plan, or `no_frames`
 * @throws the abort reason, or an Error when the file can't be opened, read in time, or ffprobe can't be started
 */
export async function planFrames(
  path: string,
  { probe, packets: known }: Probed,
  policy: Policy,
  signal: AbortSignal,
): Promise<Outcome<Plan>> {
  signal.throwIfAborted();
  if (probe.kind === 'still') return accepted(planStill(probe, policy));
  if (known) return planFromPackets(known, probe, policy);
  const options = {
    streamIndex: probe.streamIndex,
    demuxer: probe.container,
    maxPixels: pixelGuard(probe),
    timeoutMs,
  };
  const { packets, end } = await withInput(path, (input) => readPackets(input, options, signal));
  // A plan from half a pass would depend on the load of the machine.
  if (end.timedOut) throw new Error(`reading the packets took longer than ${timeoutMs} ms`);
  return planFromPackets(packets, probe, policy);
}
