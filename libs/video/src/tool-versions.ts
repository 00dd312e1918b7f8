import { runTool } from './run-tool';

/** Printing a version takes some 50 ms; a machine that swaps may take a while. */
const timeoutMs = 20_000;

/**
 * Versions of the tools that decode: part of how a verdict came to be.
 *
 * @throws when a tool is missing or doesn't name its version
 */
export async function toolVersions(signal: AbortSignal): Promise<Record<'ffmpeg' | 'ffprobe', string>> {
  const [ffmpeg, ffprobe] = await Promise.all([versionOf('ffmpeg', signal), versionOf('ffprobe', signal)]);
  return { ffmpeg, ffprobe };
}

async function versionOf(tool: 'ffmpeg' | 'ffprobe', signal: AbortSignal): Promise<string> {
  const run = await runTool(tool, ['-version'], { timeoutMs, maxPixels: 0 }, signal);
  const version = /^\S+ version (\S+)/.exec(run.stdout)?.[1];
  if (run.code !== 0 || version === undefined) throw new Error(`${tool} can't be run; install ffmpeg 5.1 or newer`);
  return version;
}
