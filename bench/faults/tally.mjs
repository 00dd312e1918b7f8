import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * Sums of many runs, one JSON line for each round that came to its end. A round that was cut off has left no line and counts
 * for nothing, neither its trials nor what they would have shown.
 */
export class Tally {
  rounds = [];
  #file;

  /** @param file lines of earlier runs, if it is there; null = nothing is kept */
  constructor(file) {
    this.#file = file;
    if (file === null || !existsSync(file)) return;
    const lines = readFileSync(file, 'utf8').split('\n');
    this.rounds = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  get trials() {
    return this.rounds.reduce((sum, { trials }) => sum + trials, 0);
  }

  /** Of those that disturb in this way; a file may hold several. */
  of(mode) {
    const tally = new Tally(null);
    tally.rounds = this.rounds.filter((round) => round.mode === mode);
    return tally;
  }

  add(round) {
    this.rounds.push(round);
    // One write of less than a page, with its end of line: whole or not there.
    if (this.#file !== null) appendFileSync(this.#file, `${JSON.stringify(round)}\n`);
  }

  /** Numbers added up, also those one level down. */
  sum() {
    const total = { rounds: this.rounds.length };
    for (const round of this.rounds) addUp(total, round);
    return total;
  }

  /** Faults of all rounds: 0 unless something was lost. */
  faults() {
    return this.rounds.reduce((sum, { faults }) => sum + Object.values(faults).reduce((a, b) => a + b, 0), 0);
  }
}

/** What names a round is no number to add. */
const names = new Set(['mode', 'seed']);

function addUp(total, part) {
  for (const [name, value] of Object.entries(part)) {
    if (names.has(name)) continue;
    if (typeof value === 'number') total[name] = (total[name] ?? 0) + value;
    else addUp((total[name] ??= {}), value);
  }
}
