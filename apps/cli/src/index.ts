export { runProgram } from './program';
export { CliError, ExitCode } from './exit';
