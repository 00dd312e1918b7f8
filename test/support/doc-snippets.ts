import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(__dirname, '../..');

/** The one code block of a language on a page of docs/, as it stands there. @throws when there is none, or another */
export function snippetOf(page: string, language: string): string {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language);
  const [, , code] = blocks[0] ?? [];
  if (code === undefined || blocks.length > 1) throw new Error(`${page} has not one block of ${language}.`);
  return code;
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs Python as a user would. @param folder where the script is put */
export function runPython(code: string, folder: string, args: string[], env: NodeJS.ProcessEnv = {}): Ran {
  writeFileSync(join(folder, 'snippet.py'), code);
  const given = { ...process.env, ...env };
  return ran(spawnSync('python3', [join(folder, 'snippet.py'), ...args], { encoding: 'utf8', env: given }));
}

/** False where Python or its library `cryptography` is missing: what needs it is skipped, and says so. */
export const hasPythonCryptography = spawnSync('python3', ['-c', 'import cryptography']).status === 0;

/** Runs a shell as a user would, in a folder; the first command that fails ends it. */
export function runShell(code: string, folder: string, env: NodeJS.ProcessEnv): Ran {
  const given = { ...process.env, ...env };
  return ran(spawnSync('sh', ['-eu', '-c', code], { encoding: 'utf8', cwd: folder, env: given }));
}

/** Runs TypeScript with the libraries of this repository. */
export function runTypeScript(code: string, folder: string, args: string[], given: NodeJS.ProcessEnv = {}): Ran {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  });
  writeFileSync(join(folder, 'snippet.cjs'), outputText);
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules'), ...given };
  return ran(spawnSync(process.execPath, [join(folder, 'snippet.cjs'), ...args], { encoding: 'utf8', env }));
}

const ran = ({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }): Ran => ({
  code: status,
  stdout,
  stderr,
});
