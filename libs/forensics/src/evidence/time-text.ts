/** `0:07`, `12:30`, `1:02:03`; tenths where they matter. */
export function clock(seconds: number, tenths = false): string {
  const unit = tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds + 1e-9);
  const hours = Math.floor(unit / 3600);
  const minutes = Math.floor((unit % 3600) / 60);
  const rest = unit % 60;
  const last = tenths ? rest.toFixed(1).padStart(4, '0') : String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${last}` : `${minutes}:${last}`;
}

/** `0:02-0:05`, or `0:02` where both are the same second. */
export function stretchText(start: number, end: number): string {
  const [from, to] = [clock(start), clock(end)];
  return from === to ? from : `${from}\u2013${to}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(items: string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
