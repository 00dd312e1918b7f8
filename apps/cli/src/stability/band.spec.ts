import { bandOf } from './band';

it('spans all answers, and counts those that held', () => {
  const band = bandOf({ verdict: 'inconclusive', probability: 0.5 }, [
    { verdict: 'inconclusive', probability: 0.4 },
    { verdict: 'likely_manipulated', probability: 0.8 },
    { verdict: 'rejected', probability: null },
  ]);
  expect(band).toEqual({ probability: [0.4, 0.8], held: 1, of: 3, contradicts: false });
});

it('names a contradiction of firm answers', () => {
  const altered = [{ verdict: 'likely_authentic' as const, probability: 0.2 }];
  expect(bandOf({ verdict: 'likely_manipulated', probability: 0.9 }, altered).contradicts).toBe(true);
  expect(bandOf({ verdict: 'inconclusive', probability: 0.5 }, altered).contradicts).toBe(false);
});

it('has no span where nothing could be judged', () => {
  expect(bandOf({ verdict: 'inconclusive', probability: null }, [])).toEqual({ probability: null, held: 0, of: 0, contradicts: false }); // prettier-ignore
});
