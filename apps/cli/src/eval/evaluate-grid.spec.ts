import type { Observation } from '@assay/evaluation';
import { evaluateGrid } from './evaluate-grid';

const settings = { seed: 1, resamples: 300 };
const row = (fake: boolean, score: number, i: number): Observation => ({
  fake,
  score,
  group: `g${i}`,
  label: score >= 0.7 ? 'likely_manipulated' : 'likely_authentic',
  abstained: false,
  pair: null,
});

describe('the perturbation grid', () => {
  it('gives each cell its figures, and the change against the same items unperturbed', () => {
    const plain = Array.from({ length: 20 }, (_, i) => row(i < 10, i < 10 ? 0.9 - i / 100 : 0.1 + i / 100, i));
    const blind = plain.map((each) => ({ ...each, score: 0.5, label: 'likely_authentic' as const }));
    const grid = evaluateGrid(
      plain,
      plain,
      [
        { cell: { kind: 'blur', level: 5 }, rows: blind },
        { cell: { kind: 'compression', level: 1 }, rows: plain },
      ],
      2,
      settings,
    );
    expect(grid).toMatchObject({ items: 20, stills: 2, unperturbed: { auc: { value: 1 }, missRate: { value: 0 } } });
    const [blur, compression] = grid.cells;
    expect(blur).toMatchObject({ kind: 'blur', level: 5, amount: 21, figures: { auc: { value: 0.5 } } });
    expect(blur!.changes.auc).toEqual({ value: -0.5, interval: [-0.5, -0.5] });
    expect(blur!.changes.missRate).toEqual({ value: 1, interval: [1, 1] });
    expect(compression).toMatchObject({ amount: 30, changes: { auc: { value: 0, interval: [0, 0] } } });
  });

  it('tells how often the interval of an item holds what a copy of it gets', () => {
    const plain = Array.from({ length: 20 }, (_, i) => ({
      ...row(i < 10, 0.5, i),
      interval: [0.4, 0.6] as const,
    }));
    const moved = plain.map((each, i) => ({ ...each, score: i < 5 ? 0.61 : 0.4 }));
    const gone = { ...plain[19]!, abstained: true };
    const cells = [{ cell: { kind: 'blur', level: 1 }, rows: [...moved.slice(0, 19), gone] } as const];
    const grid = evaluateGrid(plain, moved, cells, 0, settings);
    expect(grid.controlCoverage.value).toBe(0.75);
    expect(grid.cells[0]!.coverage.value).toBeCloseTo(14 / 19);
  });

  it('blames a cell for what it does beyond the encoder, and tells the drop at the strongest compression', () => {
    const plain = Array.from({ length: 20 }, (_, i) => row(i < 10, i < 10 ? 0.9 : 0.1, i));
    // The encoder alone loses five fakes of ten, the compression five more.
    const encoded = plain.map((each, i) => (i < 5 ? { ...each, score: 0.1 } : each));
    const crushed = plain.map((each) => ({ ...each, score: 0.1 }));
    const cells = [{ cell: { kind: 'compression', level: 5 }, rows: crushed } as const];
    const { control, controlChanges, compressionDrop, cells: found } = evaluateGrid(plain, encoded, cells, 0, settings);
    expect([control.auc.value, controlChanges.auc.value]).toEqual([0.75, -0.25]);
    expect(found[0]!.changes.auc.value).toBe(-0.5);
    expect(found[0]!.changesFromControl.auc.value).toBe(-0.25);
    expect(compressionDrop!.value).toBe(0.25);
    expect(compressionDrop!.interval![0]).toBeGreaterThan(0);
    expect(compressionDrop!.interval![1]).toBeLessThan(0.5);
    const mild = [{ cell: { kind: 'compression', level: 4 }, rows: crushed } as const];
    expect(evaluateGrid(plain, encoded, mild, 0, settings).compressionDrop).toBeNull();
  });
});
