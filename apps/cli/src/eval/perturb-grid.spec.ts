import { CliError } from '../exit';
import { cellName, parseGrid } from './perturb-grid';

describe('the words of --perturb', () => {
  it('mean cells of the grid, each once, in its order', () => {
    expect(parseGrid('all')).toHaveLength(35);
    expect(parseGrid('blur:3').map(cellName)).toEqual(['blur:3']);
    expect(parseGrid('compression, blur:3,blur:3').map(cellName)).toEqual([
      'blur:3',
      ...[1, 2, 3, 4, 5].map((level) => `compression:${level}`),
    ]);
  });

  it.each(['', 'sharpen', 'blur:6', 'blur:', 'blur,,noise', 'ALL'])(
    'are refused when they mean none: "%s"',
    (words) => {
      expect(() => parseGrid(words)).toThrow(CliError);
    },
  );
});
