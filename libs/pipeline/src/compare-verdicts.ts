import { type Verdict, volatileVerdictKeys } from '@assay/contracts';

/** One place where two verdicts say something else. */
export interface Difference {
  /** As in `tracks[0].probability`. */
  path: string;
  a: unknown;
  b: unknown;
}

/** Numbers that differ by no more than this are the same: it covers rounding in JSON, not another decoder or model. */
const tolerance = 1e-6;
const ignored: ReadonlySet<string> = new Set(volatileVerdictKeys);
/** Names of evidence files: a report may have put them under a folder. */
const artefactNames = new Set(['crop', 'overlay', 'timelinePlot']);

/** Where two verdicts over the same bytes disagree, apart from ids, times, cost and the folders of their evidence. */
export function compareVerdicts(a: Verdict, b: Verdict): Difference[] {
  const differences: Difference[] = [];
  if (nobodyLooked(a) !== nobodyLooked(b)) return compareVerdicts(withoutCredentials(a), withoutCredentials(b));
  for (const key of keysOf(a, b)) {
    if (!ignored.has(key)) compare(key, key, valueAt(a, key), valueAt(b, key), differences);
  }
  return differences;
}

/** Content Credentials are read where the reader runs: that one machine could not look is no disagreement. */
const nobodyLooked = ({ provenance }: Verdict): boolean => provenance.contentCredentials === 'not_checked';

function withoutCredentials(verdict: Verdict): Verdict {
  const unread = { contentCredentials: 'not_checked', contentCredentialsNotChecked: null, credentials: null } as const;
  return { ...verdict, provenance: { ...verdict.provenance, ...unread } };
}

function compare(path: string, name: string, a: unknown, b: unknown, differences: Difference[]): void {
  if (Object.is(a, b)) return;
  if (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance) return;
  if (typeof a === 'string' && typeof b === 'string' && artefactNames.has(name) && lastPart(a) === lastPart(b)) return;
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.max(a.length, b.length);
    for (let i = 0; i < length; i += 1) compare(`${path}[${i}]`, name, a[i], b[i], differences);
    return;
  }
  if (isObject(a) && isObject(b)) {
    for (const key of keysOf(a, b)) compare(`${path}.${key}`, key, valueAt(a, key), valueAt(b, key), differences);
    return;
  }
  differences.push({ path, a, b });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function valueAt(container: object, key: string): unknown {
  return Object.entries(container).find(([name]) => name === key)?.[1];
}

function lastPart(name: string): string | undefined {
  return name.split('/').pop();
}
