import { defaultPolicy, type Verdict } from '@assay/contracts';
import { compareVerdicts } from './compare-verdicts';
import { rejectedVerdict } from './verdict-document';

function verdict(change: Partial<Verdict> = {}): Verdict {
  const base = rejectedVerdict({
    scan: `sc_${'0'.repeat(32)}`,
    media: 'a'.repeat(64),
    name: 'clip.mp4',
    rejection: { code: 'corrupt', message: 'The file is damaged.' },
    policy: defaultPolicy,
    models: { dir: '', entries: [], digest: 'd'.repeat(64), uses: [] },
    tools: { ffmpeg: '5.1' },
  });
  return { ...base, ...change };
}

describe('compareVerdicts', () => {
  it('ignores ids, times and cost', () => {
    const later = verdict({ scan: `sc_${'1'.repeat(32)}`, createdAt: '2031-01-01T00:00:00Z' });
    expect(compareVerdicts(verdict(), { ...later, cost: { ...later.cost, totalMs: 5 } })).toEqual([]);
  });

  it('ignores the folder of evidence, not its name', () => {
    const a = verdict({ timelinePlot: 'timeline.svg' });
    expect(compareVerdicts(a, verdict({ timelinePlot: 'report/clip/timeline.svg' }))).toEqual([]);
    expect(compareVerdicts(a, verdict({ timelinePlot: 'other.svg' }))).toHaveLength(1);
  });

  it('takes numbers within 1e-6 for the same, and names where they differ', () => {
    const at = (probability: number) => verdict({ timeline: [{ seconds: 1, probability, faces: 1 }] });
    expect(compareVerdicts(at(0.5), at(0.5000009))).toEqual([]);
    expect(compareVerdicts(at(0.5), at(0.50001))).toEqual([{ path: 'timeline[0].probability', a: 0.5, b: 0.50001 }]);
  });

  it('does not hold it against a verdict that Content Credentials could be read on one machine alone', () => {
    const reading = (contentCredentials: 'valid' | 'absent' | 'not_checked') =>
      verdict({ provenance: { ...verdict().provenance, contentCredentials } });
    expect(compareVerdicts(reading('valid'), reading('not_checked'))).toEqual([]);
    expect(compareVerdicts(reading('valid'), reading('absent')).map(({ path }) => path)).toEqual([
      'provenance.contentCredentials',
    ]);
  });

  it('sees what is missing on one side, and a null beside a number', () => {
    const method = { ...verdict().method, framesSeconds: [1, 2] };
    expect(compareVerdicts(verdict({ method }), verdict({ probability: 0 })).map(({ path }) => path)).toEqual([
      'probability',
      'method.framesSeconds[0]',
      'method.framesSeconds[1]',
    ]);
  });
});
