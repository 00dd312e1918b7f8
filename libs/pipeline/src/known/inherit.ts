import type { DecisionLabel, KnownFinding, KnownMediaFindings, KnownRelation } from '@assay/contracts';

const mostMatches = 10;
const relationOrder: readonly KnownRelation[] = ['same_bytes', 'copy', 'excerpt', 'contains', 'part'];
const byLook: ReadonlySet<KnownRelation> = new Set<KnownRelation>(['copy', 'excerpt']);

/**
 * What is said of known media beside a measurement, and which decision goes for it too. See
 * docs/decisions/010-what-is-inherited.md: the same bytes inherit any decision; a copy or an excerpt by its looks inherits
 * "manipulated" alone, as a forgery may look like its original, and not where something confirmed as authentic looks nearer.
 *
 * @param found in any number and order: all of it counts, ten are named
 */
export function findingsOf(found: readonly KnownFinding[]): KnownMediaFindings {
  const nearest = [...found].sort(nearestFirst);
  const source = nearest.find((match) => goesFor(match, nearest)) ?? null;
  const matches = named(nearest, source);
  const { decision } = source ?? {};
  const inherited =
    source && decision
      ? { label: decision.label, by: decision.by, at: decision.at, match: matches.indexOf(source) }
      : null;
  return { matches, inherited, text: textOf(matches, source) };
}

/** Of something popular there are more undecided copies than can be named: they must not take the place of what people decided. */
function named(nearest: readonly KnownFinding[], source: KnownFinding | null): KnownFinding[] {
  const rank = (match: KnownFinding): number => (match === source ? 0 : match.decision ? 1 : 2);
  const chosen = new Set([...nearest].sort((a, b) => rank(a) - rank(b)).slice(0, mostMatches));
  return nearest.filter((match) => chosen.has(match));
}

function nearestFirst(a: KnownFinding, b: KnownFinding): number {
  const rank = ({ relation }: KnownFinding): number => relationOrder.indexOf(relation);
  const decided = ({ decision }: KnownFinding): number => (decision ? 0 : 1);
  return rank(a) - rank(b) || decided(a) - decided(b) || a.distance - b.distance || b.matchedShare - a.matchedShare;
}

function goesFor({ relation, decision, distance }: KnownFinding, matches: readonly KnownFinding[]): boolean {
  if (!decision) return false;
  if (relation === 'same_bytes') return true;
  if (!byLook.has(relation) || decision.label !== 'confirmed_manipulated') return false;
  return !matches.some((other) => {
    const authentic = other.decision?.label === 'confirmed_authentic';
    return authentic && (other.relation === 'same_bytes' || (byLook.has(other.relation) && other.distance <= distance));
  });
}

const labelWords: Record<DecisionLabel, string> = {
  confirmed_manipulated: 'confirmed as manipulated',
  confirmed_authentic: 'confirmed as authentic',
  unsure: 'left undecided',
};
const relationWords: Record<KnownRelation, string> = {
  same_bytes: 'This is the same file as one',
  copy: 'This looks like a copy of media',
  excerpt: 'This looks like an excerpt of media',
  contains: 'This contains media',
  part: 'This has a part in common with media',
};

function textOf(matches: readonly KnownFinding[], inherited: KnownFinding | null): string {
  const decided = inherited ?? matches.find(({ decision }) => decision !== null);
  const [nearest] = matches;
  if (!nearest) return 'Nothing like it is known.';
  if (!decided?.decision)
    return `${relationWords[nearest.relation]} that was scanned before; nobody has decided on it.`;
  const { relation, decision, source } = decided;
  const who = source.kind === 'list' ? `is on the list "${decision.by}" as` : `${decision.by} has`;
  const what = `${relationWords[relation]} that ${who} ${labelWords[decision.label]} (${decision.at.slice(0, 10)}).`;
  if (inherited) return relation === 'same_bytes' ? what : `${what} Its original may look the same: compare the two.`;
  return `${what} That does not go for this file: looks alone don't tell a forgery from its original.`;
}
