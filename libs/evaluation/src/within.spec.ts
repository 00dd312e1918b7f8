import { falseAlarmRate } from './decisions';
import { auc } from './ranking';
import { type Observation, sampleOf, valueOf } from './sample';
import { within } from './within';

const row = (fake: boolean, score: number): Observation => ({
  fake,
  score,
  group: String(score),
  label: score > 0.5 ? 'likely_manipulated' : 'likely_authentic',
  abstained: false,
  pair: null,
});

describe('a statistic within some rows', () => {
  const some = [row(true, 0.9), row(true, 0.3), row(false, 0.6), row(false, 0.1)];
  const others = [row(false, 0.95), row(true, 0.05), row(false, 0.99)];
  const all = sampleOf([...some, ...others]);

  it.each([auc, falseAlarmRate])('is that of those rows alone', (statistic) => {
    expect(valueOf(within(statistic, some), all)).toBe(valueOf(statistic, sampleOf(some)));
    expect(valueOf(within(statistic, some), all)).not.toBe(valueOf(statistic, all));
  });

  it('is not defined where no row is left', () => {
    expect(valueOf(within(auc, []), all)).toBeNaN();
  });
});
