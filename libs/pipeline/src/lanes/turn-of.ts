import { Turn } from '@assay/contracts';

/** The turn in a job's payload; none in jobs of an older version, or of a queue without turns. */
export function turnOf(data: unknown): Turn | undefined {
  return Turn.safeParse((Object(data) as { turn?: unknown }).turn).data;
}
