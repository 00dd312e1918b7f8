import { InvalidArgumentError } from 'commander';

export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** Part of something: above 0, at most 1. */
export function share(text: string): number {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError('It must be a number above 0 and at most 1.');
  return value;
}

/** Two numbers with a comma between. */
export function range(text: string): [number, number] {
  const [low, high, ...more] = text.split(',').map(Number);
  if (low === undefined || high === undefined || more.length > 0 || !Number.isFinite(low) || !Number.isFinite(high)) {
    throw new InvalidArgumentError('It must be two numbers with a comma between, such as 0.4,0.6.');
  }
  return [low, high];
}
