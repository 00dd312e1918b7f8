/** Invariants: mistakes are told together, up to a hundred; a list that is far too long is refused before its items are looked at. */
import { z } from 'zod';
import { ProblemError } from '../problems/problem-error';
import { ZodPipe } from './zod.pipe';

const schema = z.strictObject({ items: z.array(z.strictObject({ name: z.string() })).max(3) });

function refusalOf(value: unknown, pipe = new ZodPipe(schema)): { path: string; message: string }[] {
  try {
    pipe.transform(value);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.errors ?? [];
    throw error;
  }
  return [];
}

it('takes what fits', () => {
  const body = { items: [{ name: 'a' }] };
  expect(new ZodPipe(schema).transform(body)).toEqual(body);
});

it('tells mistakes together, and not all of very many', () => {
  expect(refusalOf({ items: [{ name: 1 }, { nam: 'b' }] }).map(({ path }) => path)).toEqual([
    'items.0.name',
    'items.1.name',
    'items.1.nam',
  ]);
  const numbers = Array.from({ length: 900 }, () => 0);
  expect(refusalOf(numbers, new ZodPipe(z.array(z.string())))).toHaveLength(100);
});

it('looks at no item of a list that is too long, however deep it lies', () => {
  const looked = jest.fn(() => true);
  const pipe = new ZodPipe(z.object({ a: z.object({ b: z.array(z.unknown().refine(looked)) }) }), '', 5);
  expect(refusalOf({ a: { b: [0, 0, 0, 0, 0, 0] } }, pipe)).toEqual([
    { path: 'a.b', message: 'must have at most 5 items' },
  ]);
  expect(looked).not.toHaveBeenCalled();
});
