import { PictureMemory } from './picture-memory';

/** Holds: what is given back is handed out again, to one taker at a time and in its own size only; what is kept is bounded. */
describe('PictureMemory', () => {
  it('hands out again what was given back, each to one taker', () => {
    const memory = new PictureMemory();
    const [a, b] = [memory.take(30), memory.take(30)];
    expect(a.buffer).toBeInstanceOf(SharedArrayBuffer);
    memory.giveBack(a);
    memory.giveBack(b);
    const again = new Set([memory.take(30), memory.take(30)]);
    expect([again.size, again.has(a), again.has(b)]).toEqual([2, true, true]);
    expect(again.has(memory.take(30))).toBe(false);
  });

  it('gives pictures of the wanted size', () => {
    const memory = new PictureMemory();
    memory.giveBack(memory.take(30));
    expect(memory.take(31)).toHaveLength(31);
    expect(memory.take(29)).toHaveLength(29);
  });

  it('keeps no more than it may, and lets go what was not used for longest', () => {
    const memory = new PictureMemory(100);
    const [old, ...others] = [40, 30, 30, 30].map((bytes) => memory.take(bytes));
    [old!, ...others].forEach((picture) => memory.giveBack(picture));
    expect(memory.take(40)).not.toBe(old);
    const again = others.map(() => memory.take(30));
    expect(again.every((picture) => others.includes(picture))).toBe(true);
    const large = memory.take(101);
    memory.giveBack(large);
    expect(memory.take(101)).not.toBe(large);
  });
});
