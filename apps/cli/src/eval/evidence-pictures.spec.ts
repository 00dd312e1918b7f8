import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleVerdict } from '../testing/sample-verdict';
import { keepEvidence, readEvidence } from './evidence-pictures';

describe('pictures kept for the report', () => {
  let out: string;
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'assay-evidence-'));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  const verdict = sampleVerdict();
  const [track] = verdict.tracks;
  const [frame] = track!.evidence;

  it('are crop and overlay of the face with the highest probability, by key', async () => {
    const other = { ...track!, probability: 0.2, evidence: [{ ...frame!, crop: 'other.jpg', overlay: null }] };
    const two = { ...verdict, tracks: [other, track!] };
    const artefacts = new Map([frame!.crop, frame!.overlay!, 'other.jpg'].map((name) => [name, Buffer.from(name)]));
    await keepEvidence(out, 'a', { verdict: two, artefacts });
    const uri = (name: string): string => `data:image/jpeg;base64,${Buffer.from(name).toString('base64')}`;
    expect(await readEvidence(out, 'a', two)).toEqual([uri(frame!.crop), uri(frame!.overlay!)]);
    expect(await readEvidence(out, 'b', two)).toEqual([]);
    expect(await readdir(join(out, 'evidence'))).toHaveLength(2);
  });

  it('are none where no face was judged', async () => {
    const faceless = { ...verdict, tracks: [] };
    await keepEvidence(out, 'a', { verdict: faceless, artefacts: new Map() });
    expect(await readEvidence(out, 'a', faceless)).toEqual([]);
  });
});
