const bytesUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** The space does not break. */
export const percent = (fraction: number): string => `${Math.round(fraction * 100)}\u00a0%`;

/** A probability in whole percent. Never 0 or 100: what it is calibrated on tells of a few dozen clips, and nothing of one in a thousand. */
export const wholePercent = (probability: number): number => Math.min(99, Math.max(1, Math.round(probability * 100)));

export const chance = (probability: number): string => `${wholePercent(probability)}\u00a0%`;

/** `3.4 s`, `1:05`, `1:02:05`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)}`;
  return whole < 60 ? `${seconds.toFixed(1)} s` : `${minutes}:${two(rest)}`;
}

export function byteSize(bytes: number): string {
  const unit = bytes < 1 ? 0 : Math.min(bytesUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** unit;
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${bytesUnits[unit]}`;
}

export const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

let dayFormat: Intl.DateTimeFormat | undefined;

/** The format is made when it is first needed: it takes a dozen milliseconds, and the command line never needs it. */
export function dateTime(iso: string): string {
  dayFormat ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return dayFormat.format(new Date(iso));
}
