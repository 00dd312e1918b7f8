import { type VideoAttack, videoAttackNames } from '@assay/video';
import { CliError, ExitCode } from '../exit';

const kindOf = (attack: VideoAttack): string => attack.split(':')[0] ?? attack;

/**
 * Attacks that `--attack` names, by commas: `all`, a name, or the kind of several (`laundering`). Each once, in the order
 * of their list.
 *
 * @throws CliError (usage) at a word that is none
 */
export function parseAttacks(words: string): VideoAttack[] {
  const wanted = words.split(',').map((word) => word.trim());
  const means = (attack: VideoAttack, word: string): boolean => ['all', attack, kindOf(attack)].includes(word);
  const stranger = wanted.find((word) => !videoAttackNames.some((attack) => means(attack, word)));
  if (stranger === undefined) return videoAttackNames.filter((attack) => wanted.some((word) => means(attack, word)));
  const names = [...new Set(videoAttackNames.flatMap((attack) => [kindOf(attack), attack]))].join(', ');
  throw new CliError(`--attack: "${stranger}" is neither all nor one of ${names}`, ExitCode.usage);
}
