import '@assay/pipeline/dist/steady-heap';
import { debugging } from './debug';
import { CliError, ExitCode } from './exit';
import { runProgram } from './program';

/** One line for a person; the stack only for someone who asks for it with ASSAY_DEBUG. */
function explain(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`assay: ${message}\n`);
  if (debugging && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}

// `assay scan --json | head` closes our stdout: that is an end like any other, not a crash.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') explain(error);
  process.exit(error.code === 'EPIPE' ? ExitCode.ok : ExitCode.failed);
});

runProgram(process.argv).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    explain(error);
    process.exitCode = error instanceof CliError ? error.exitCode : ExitCode.failed;
  },
);
