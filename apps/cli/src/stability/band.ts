import type { Verdict, VerdictLabel } from '@assay/contracts';

export interface Answer {
  verdict: VerdictLabel;
  probability: number | null;
}

/** How far an answer moves when nothing but the encoding changes. */
export interface Band {
  /** Lowest and highest probability of all answers that have one; null where none has. */
  probability: [number, number] | null;
  /** Altered versions with the original's label, and all of them. */
  held: number;
  of: number;
  /** Firm answers that contradict each other: no label of this file should be acted on. */
  contradicts: boolean;
}

const firm: ReadonlySet<VerdictLabel> = new Set(['likely_manipulated', 'likely_authentic']);

export function bandOf(original: Answer, altered: readonly Answer[]): Band {
  const all = [original, ...altered];
  const found = all.flatMap(({ probability }) => (probability === null ? [] : [probability]));
  return {
    probability: found.length > 0 ? [Math.min(...found), Math.max(...found)] : null,
    held: altered.filter(({ verdict }) => verdict === original.verdict).length,
    of: altered.length,
    contradicts: new Set(all.map(({ verdict }) => verdict).filter((label) => firm.has(label))).size > 1,
  };
}

export const answerOf = ({ verdict, probability }: Verdict): Answer => ({ verdict, probability });
