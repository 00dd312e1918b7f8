import { type Perturbation, type PerturbationKind, perturbationLevelNumbers, perturbationLevels } from '@assay/video';
import { CliError, ExitCode } from '../exit';

const kinds = Object.keys(perturbationLevels) as PerturbationKind[];

/** `blur:3`, as on the command line and in the keys of scores. */
export const cellName = ({ kind, level }: Perturbation): string => `${kind}:${level}`;

/**
 * Cells of the perturbation grid that `--perturb` names: `all`, or kinds with or without a level, by commas
 * (`compression,blur:3`). Each once, in the order of the grid.
 *
 * @throws CliError (usage) at a word that is no cell
 */
export function parseGrid(words: string): Perturbation[] {
  const all = kinds.flatMap((kind) => perturbationLevelNumbers.map((level): Perturbation => ({ kind, level })));
  const wanted = words.split(',').map((word) => word.trim());
  const means = (cell: Perturbation, word: string): boolean => ['all', cell.kind, cellName(cell)].includes(word);
  const stranger = wanted.find((word) => !all.some((cell) => means(cell, word)));
  if (stranger === undefined) return all.filter((cell) => wanted.some((word) => means(cell, word)));
  const why = `"${stranger}" is neither all nor one of ${kinds.join(', ')}, each with :1 to :5 behind it or without`;
  throw new CliError(`--perturb: ${why}`, ExitCode.usage);
}
