import { ChildProcess, type IOType, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { allocatorSettings } from './large-pages';
import { LineSplitter } from './lines';
import { memoryLimitKilobytes } from './memory-limit';
import { stepBack } from './step-back';

/** How a child ended, and the last of what it said. */
export interface ToolEnd {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  timedOut: boolean;
  /** By somebody else: the system, for its memory, or a person. Says nothing about the media. */
  killed: boolean;
  /** It asked for more memory than it may have. As the limit is ours, the next try would end the same way. */
  outOfMemory: boolean;
  /** Last lines of stderr, oldest first. */
  stderr: string[];
}

export interface ToolOptions {
  /** Wall-clock limit, ms; the kill ladder starts when it is over. Null where the caller keeps the time. */
  timeoutMs: number | null;
  /** CPU limit that the kernel keeps even when this process is gone, seconds; by default four cores for `timeoutMs`. */
  cpuSeconds?: number;
  /** The largest picture that it may decode, as `guardArguments` tells it; bounds its memory. */
  maxPixels: number;
  /** Text for the child's stdin; without it stdin is empty. */
  stdin?: string;
  /** An open file that the child sees as descriptor 3. */
  inputFd?: number;
  /** Called for each line that the child writes to descriptor 4. */
  onSideLine?: (line: string) => void;
  /** Called at the start, once for each, with what the child writes to descriptors 5, 6 ...: take it as it comes. */
  onExtraOutput?: ((output: Readable) => void)[];
}

/** Lines of stderr kept: the end of it says what went wrong, and a hostile file can make ffmpeg print megabytes. */
const stderrLines = 20;
/** Number of the first descriptor behind input and side lines. */
const firstExtraOutput = 5;
/** Time between SIGTERM (ffmpeg then closes its files) and SIGKILL, ms. */
const graceMs = 2_000;
/** A child uses this many cores at once at most; turns a wall-clock limit into a CPU limit. */
const assumedCores = 4;
/** Exit code of ffmpeg after a signal that it heeds. */
const toldToEnd = 255;
/** Between the CPU limit at which a child ends by itself, and the one at which the kernel ends it, seconds. */
const cpuGraceSeconds = 30;
/** CPU limit where neither limit is given, seconds. */
const defaultCpuSeconds = 600;

/** What ffmpeg and the C library say of a request for memory that was not granted; the last where it was the stack of a thread. */
const noMemory =
  /(cannot|could not|failed to|unable to) allocate|out of memory|bad_alloc|resource temporarily unavailable/i;

/** Process groups that are alive now: the last line of defence when this process exits in the middle of work. */
const liveGroups = new Set<number>();
process.on('exit', () => liveGroups.forEach((pid) => signalGroup(pid, 'SIGKILL')));

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is gone already, which is what was wanted
  }
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  const splitter = new LineSplitter(onLine);
  stream?.on('data', splitter.write).on('end', splitter.end);
}

/**
 * One ffmpeg or ffprobe child in its own process group. It ends when it is done, when `signal` aborts, when its time is
 * over, or when `stop` is called - and `ended` settles only once it is really gone.
 *
 * Should this process die without a chance to clean up (`kill -9`), the child ends by itself: its next write meets a
 * pipe without a reader, and a CPU limit that the kernel keeps bounds what it can do before that.
 */
export class ToolProcess {
  readonly ended: Promise<ToolEnd>;
  private readonly child: ChildProcess;
  private readonly stderr: string[] = [];
  private outOfMemory = false;
  private timedOut = false;
  private killing = false;
  private killTimer: NodeJS.Timeout | undefined;

  constructor(tool: 'ffmpeg' | 'ffprobe', args: string[], options: ToolOptions, signal: AbortSignal) {
    signal.throwIfAborted();
    const { timeoutMs } = options;
    const byWallClock = timeoutMs === null ? defaultCpuSeconds : Math.ceil(timeoutMs / 1000) * assumedCores;
    const cpuSeconds = options.cpuSeconds ?? byWallClock;
    // Soft before hard: at the soft one ffmpeg ends by itself and says so; SIGKILL would look like the kernel's, which had no memory.
    const limits = `ulimit -S -t ${cpuSeconds}; ulimit -H -t ${cpuSeconds + cpuGraceSeconds}; ulimit -v ${memoryLimitKilobytes(options.maxPixels)} 2>/dev/null`;
    const startedAt = performance.now();
    const pipes = (options.onExtraOutput ?? []).map((): IOType => 'pipe');
    const side: IOType = options.onSideLine ? 'pipe' : 'ignore';
    this.child = spawn('/bin/sh', ['-c', `${limits}; exec "$0" "$@"`, tool, ...args], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', options.inputFd ?? 'ignore', side, ...pipes],
      // Not configuration: only the search path and the allocator's settings go on, so that no secret reaches a child that parses hostile files.
      // Messages are read by code: keep them in English and without colour.
      env: { PATH: process.env.PATH, LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1', ...allocatorSettings() },
    });
    const pid = this.child.pid;
    if (pid !== undefined) {
      liveGroups.add(pid);
      stepBack(pid);
    }

    readLines(this.child.stderr, (line) => this.remember(line));
    const lines = this.child.stdio[4];
    if (lines instanceof Readable && options.onSideLine) readLines(lines, options.onSideLine);
    options.onExtraOutput?.forEach((take, i) => {
      const output = this.child.stdio[firstExtraOutput + i];
      if (output instanceof Readable) take(output);
    });
    // A child that ends before it has read its input is no error of ours.
    this.child.stdin?.on('error', () => undefined);
    this.child.stdin?.end(options.stdin ?? '');

    const onAbort = () => this.beginKill();
    signal.addEventListener('abort', onAbort, { once: true });
    const timer =
      timeoutMs === null
        ? undefined
        : setTimeout(() => {
            this.timedOut = true;
            this.beginKill();
          }, timeoutMs);
    this.ended = new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        clearTimeout(this.killTimer);
        signal.removeEventListener('abort', onAbort);
        if (pid !== undefined) liveGroups.delete(pid);
      };
      this.child.once('error', (error) => {
        settle();
        reject(error);
      });
      this.child.once('close', (code, signal) => {
        settle();
        // ffmpeg ends with 255 when it is told to; where that was not us and may have been its time, it was its time.
        const told = code === toldToEnd && !this.killing;
        const mayBeTime = (performance.now() - startedAt) * assumedCores >= cpuSeconds * 1000;
        const killed = (signal === 'SIGKILL' || (told && !mayBeTime)) && !this.killing;
        const { outOfMemory, stderr } = this;
        const timedOut = this.timedOut || signal === 'SIGXCPU' || (told && mayBeTime);
        resolve({ code, timedOut, killed, outOfMemory, stderr });
      });
    });
    // Whoever reads stdout first learns of a failed start through `ended`; nobody must crash on it before that.
    this.ended.catch(() => undefined);
  }

  get stdout(): Readable {
    const { stdout } = this.child;
    if (!stdout) throw new Error('the child was started without stdout');
    return stdout;
  }

  /** Ends the child whatever it is doing and waits until it is gone. */
  async stop(): Promise<void> {
    this.beginKill();
    await this.ended.catch(() => undefined);
  }

  private beginKill(): void {
    const { pid } = this.child;
    if (pid === undefined || !liveGroups.has(pid) || this.killTimer) return;
    this.killing = true;
    // Unread output would keep `close` from coming.
    this.child.stdout?.destroy();
    signalGroup(pid, 'SIGTERM');
    this.killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  }

  private remember(line: string): void {
    // Kept apart: what follows from it may be more lines than are kept.
    this.outOfMemory ||= noMemory.test(line);
    this.stderr.push(line);
    if (this.stderr.length > stderrLines) this.stderr.shift();
  }
}
