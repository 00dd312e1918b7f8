import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DockerfileParser, type Dockerfile, type Instruction } from 'dockerfile-ast';

export const root = join(__dirname, '../..');
export const dockerfileText = readFileSync(join(root, 'infra/Dockerfile'), 'utf8');
const dockerfile: Dockerfile = DockerfileParser.parse(dockerfileText);

export interface Stage {
  name: string;
  from: string;
  instructions: Instruction[];
}

/** Stages in order. */
export function stages(): Stage[] {
  const found: Stage[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const [from = '', , name = ''] = argumentsOf(instruction);
      found.push({ name, from, instructions: [] });
    } else found.at(-1)?.instructions.push(instruction);
  }
  return found;
}

/** A stage with what it inherits from the stages that it is built on. */
export function inherited(name: string): Instruction[] {
  const stage = stages().find((candidate) => candidate.name === name);
  return stage ? [...inherited(stage.from), ...stage.instructions] : [];
}

export const argumentsOf = (instruction: Instruction): string[] =>
  instruction.getArguments().map((argument) => argument.getValue());

/** Arguments of all instructions of a kind in a target. */
export function all(target: string, keyword: string): string[][] {
  return inherited(target)
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map(argumentsOf);
}

/** The JSON form of the last `CMD` or `ENTRYPOINT`. */
export function command(target: string, keyword: 'CMD' | 'ENTRYPOINT'): string[] {
  const last = inherited(target).findLast((instruction) => instruction.getKeyword() === keyword);
  return JSON.parse(last?.getArgumentsContent() ?? '[]') as string[];
}

/** What `ENV` sets in a target. */
export function environment(target: string): Record<string, string> {
  return Object.fromEntries(
    all(target, 'ENV').flatMap((pairs) => pairs.map((pair) => pair.split('=') as [string, string])),
  );
}

/** @returns the address that the target's health check asks */
export function healthCheck(target: string): URL {
  const last = inherited(target).findLast((instruction) => instruction.getKeyword() === 'HEALTHCHECK');
  const address = /http:\/\/[^"]+/.exec(last?.getArgumentsContent() ?? '')?.[0];
  return new URL(address ?? '');
}
