/** A face that may be scored: when it was seen, how well it can be judged, and which track it belongs to. */
export interface Candidate {
  seconds: number;
  /** Quality weight, 0..1. */
  weight: number;
  track: number;
}

/** Share of a candidate's value that does not depend on how far its neighbours in time are. */
const valueWithoutSpread = 0.25;

/**
 * Keeps, while a segment goes by, the faces worth scoring: of each track the best by quality spread over time, and over all
 * tracks no more than a crowd may cost. What is kept at any moment is bounded, so crops never pile up in memory.
 * The same candidates in the same order give the same choice.
 */
export class CropReservoir<C extends Candidate> {
  private readonly byTrack = new Map<number, C[]>();
  private total = 0;

  /**
   * @param limits `fewest`: crops without which a track is not judged. A crowd costs whole tracks rather than bring all of them below
   *   that. @param onDrop called for each candidate that was kept before and no longer is */
  constructor(
    private readonly limits: { perTrack: number; overall: number; fewest: number },
    private readonly onDrop: (candidate: C) => void,
  ) {}

  /** Candidates come in time order. @returns whether this one is kept for now */
  offer(candidate: C): boolean {
    const kept = this.byTrack.get(candidate.track) ?? [];
    this.byTrack.set(candidate.track, kept);
    kept.push(candidate);
    this.total += 1;
    const dropped = new Set<C>();
    if (kept.length > this.limits.perTrack) dropped.add(this.dropLeast(kept));
    while (this.total > this.limits.overall) {
      const fullest = this.fullestTrack();
      dropped.add(this.dropLeast(fullest.length > this.limits.fewest ? fullest : this.worstTrack()));
    }
    const refused = dropped.delete(candidate);
    dropped.forEach(this.onDrop);
    return !refused;
  }

  /** What is kept, by track, then by time. */
  kept(): C[] {
    return [...this.byTrack.entries()].sort(([a], [b]) => a - b).flatMap(([, candidates]) => candidates);
  }

  private dropLeast(kept: C[]): C {
    const values = valuesOf(kept);
    const least = values.indexOf(Math.min(...values));
    this.total -= 1;
    return kept.splice(least, 1)[0]!;
  }

  /** Among those that have any, the one whose best is worst, the latest of equals: what it has left goes next. */
  private worstTrack(): C[] {
    let worst: C[] | null = null;
    for (const kept of this.byTrack.values())
      if (kept.length > 0 && (worst === null || bestWeight(kept) <= bestWeight(worst))) worst = kept;
    return worst!;
  }

  /** The track with most candidates; among equals the one whose best is worst, so that a glimpse goes before a portrait. */
  private fullestTrack(): C[] {
    let fullest: C[] = [];
    for (const kept of this.byTrack.values()) {
      const more = kept.length - fullest.length;
      if (more > 0 || (more === 0 && bestWeight(kept) < bestWeight(fullest))) fullest = kept;
    }
    return fullest;
  }
}

const bestWeight = (candidates: Candidate[]) => Math.max(0, ...candidates.map(({ weight }) => weight));

/** Time beyond its end that the first and the newest candidate are credited with, in mean spacings. */
const endSpacings = 2;

/** Quality times the time that only this candidate covers, in units of the mean spacing (its square root: quality leads). */
function valuesOf(kept: Candidate[]): number[] {
  if (kept.length < 2) return kept.map(({ weight }) => weight);
  const spacing = Math.max(1e-6, (kept.at(-1)!.seconds - kept[0]!.seconds) / (kept.length - 1));
  return kept.map(({ seconds, weight }, i) => {
    // The first and the newest hold the ends of what is covered; nothing else could.
    const before = kept[i - 1]?.seconds ?? seconds - endSpacings * spacing;
    const after = kept[i + 1]?.seconds ?? seconds + endSpacings * spacing;
    const spread = Math.sqrt((after - before) / (2 * spacing));
    return weight * (valueWithoutSpread + (1 - valueWithoutSpread) * spread);
  });
}
