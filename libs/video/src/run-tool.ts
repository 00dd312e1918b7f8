import { ToolEnd, ToolOptions, ToolProcess } from './ffmpeg-process';
import { LineSplitter } from './lines';
import { ToolKilledError } from './tool-killed-error';

/** Most that a short run may print, bytes: ffprobe's answer for the worst allowed file (32 streams of tags) is far less. */
const maxOutputBytes = 8 * 1024 ** 2;

/** A tool has more to say than any sound file gives it. */
export class ToolOutputError extends Error {
  override readonly name = 'ToolOutputError';
}

export interface ToolRun extends ToolEnd {
  stdout: string;
}

/**
 * Runs a tool to its end and gives back what it printed.
 *
 * @throws the abort reason when `signal` aborts; ToolKilledError; ToolOutputError when the tool prints more than 8 MB; an Error when it can't be started
 */
export async function runTool(
  tool: 'ffmpeg' | 'ffprobe',
  args: string[],
  options: ToolOptions,
  signal: AbortSignal,
): Promise<ToolRun> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const end = await consume(tool, args, options, signal, (chunk) => {
    bytes += chunk.length;
    if (bytes > maxOutputBytes) throw new ToolOutputError(`${tool} printed more than ${maxOutputBytes} bytes`);
    chunks.push(chunk);
  });
  return { ...end, stdout: Buffer.concat(chunks).toString('utf8') };
}

/** Runs a tool to its end and hands over its output line by line; nothing is kept. Errors as `runTool`. */
export async function readToolLines(
  tool: 'ffmpeg' | 'ffprobe',
  args: string[],
  options: ToolOptions,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<ToolEnd> {
  const splitter = new LineSplitter(onLine);
  const end = await consume(tool, args, options, signal, splitter.write);
  splitter.end();
  return end;
}

async function consume(
  tool: 'ffmpeg' | 'ffprobe',
  args: string[],
  options: ToolOptions,
  signal: AbortSignal,
  onChunk: (chunk: Buffer) => void,
): Promise<ToolEnd> {
  const child = new ToolProcess(tool, args, options, signal);
  try {
    for await (const chunk of child.stdout) onChunk(chunk as Buffer);
  } catch (error) {
    await child.stop();
    signal.throwIfAborted();
    // A child stopped for its time leaves a cut stream behind; `timedOut` says so.
    if (!(await child.ended).timedOut) throw error;
  }
  const end = await child.ended;
  signal.throwIfAborted();
  // What it would have said of the media is not known.
  if (end.killed) throw new ToolKilledError(tool);
  return end;
}
