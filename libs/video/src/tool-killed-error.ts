/** ffmpeg or ffprobe was killed by somebody else, such as a system that is out of memory. May work next time. */
export class ToolKilledError extends Error {
  override readonly name = 'ToolKilledError';

  constructor(tool: 'ffmpeg' | 'ffprobe') {
    super(`${tool} was killed from outside, as by a system that is out of memory.`);
  }
}
