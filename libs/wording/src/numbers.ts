const bytesUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** The space does not break. */
export const percent = (fraction: number): string => `${Math.round(fraction * 100)}\u00a0%`;

/** A probability in whole percent. Never 0 or 100: what it is calibrated on tells of a few dozen clips, and nothing of one in a thousand. */
export const wholePercent = (probability: number): number => Math.min(99, Math.max(1, Math.round(probability * 100)));

export const chance = (probability: number): string => `${wholePercent(probability)}\u00a0%`;

/** `3.4 s`, `1:05`, `1:02:05`. */
export function clock(seconds: number): string {
  // Rounded before the form is chosen: 59.96 s are 1:00, not 60.0 s.
  if (Number(seconds.toFixed(1)) < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.max(60, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)}`;
  return `${minutes}:${two(rest)}`;
}

export function byteSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  // Rounded before the unit is chosen: 999 999 bytes are 1.0 MB, not 1000 kB.
  for (; Math.round(value) >= 1000 && unit < bytesUnits.length - 1; unit += 1) value /= 1000;
  const isWhole = unit === 0 || Number(value.toFixed(1)) >= 100;
  return `${isWhole ? Math.round(value) : value.toFixed(1)} ${bytesUnits[unit]}`;
}

export const duration = (ms: number): string =>
  Math.round(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

let dayFormat: Intl.DateTimeFormat | undefined;

/** The format is made when it is first needed: it takes a dozen milliseconds, and the command line never needs it. */
export function dateTime(iso: string): string {
  dayFormat ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return dayFormat.format(new Date(iso));
}
