import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters as plain } from 'node:util';
import { Verdict } from '@assay/contracts';
import { sampleVerdict } from '../testing/sample-verdict';
import { reportHtml } from './report-html';
import { verdictText } from './verdict-text';
import { formatMoment } from './words';
import { reportFolderName, writeReport } from './write-report';

describe('verdict on a terminal', () => {
  it('says label, estimate, reasons, faces and where the report is', () => {
    expect(plain(verdictText(sampleVerdict(), 'out/report.html')).split('\n')).toEqual([
      '✗ likely manipulated  93 % (86–97 %)  clip.mp4',
      '  Face 1 shows the edge of a blend.',
      '  Where 1 in 20 such files is forged, the chance that this one is would be 43\u00a0%.',
      '  face  probability (90 % interval)  seen             frames judged  size',
      '  1     93 % (86–97 %)               0:00.0 – 1:01.3  16 of 24       122 px',
      '  report: out/report.html',
    ]);
  });

  it('says why media was rejected', () => {
    const rejection = { code: 'not_media', message: 'This is no video.' } as const;
    const verdict = sampleVerdict({ verdict: 'rejected', probability: null, interval: null, atPrevalence: null, tracks: [], rejection }); // prettier-ignore
    expect(plain(verdictText(verdict, null))).toBe('– rejected  clip.mp4\n  This is no video. [not_media]');
  });

  it('does not let a file name steer the terminal', () => {
    const text = verdictText(sampleVerdict({ file: 'a\x1b[2Jb\r.mp4' }), null);
    for (const control of ['\x1b[2J', '\r']) expect(text).not.toContain(control);
  });

  it('writes moments as people read them', () => {
    expect([0, 59.96, 61.25, 3723.4].map(formatMoment)).toEqual(['0:00.0', '1:00.0', '1:01.3', '1:02:03.4']);
  });
});

describe('report', () => {
  const pictures = new Map([
    ['s0-t0-003200.jpg', 'data:image/jpeg;base64,AAAA'],
    ['s0-t0-003200-overlay.jpg', 'data:image/jpeg;base64,BBBB'],
    ['timeline.svg', 'data:image/svg+xml;base64,CCCC'],
  ]);

  it('holds its pictures and fetches nothing', () => {
    const page = reportHtml(sampleVerdict(), pictures);
    for (const uri of pictures.values()) expect(page).toContain(`src="${uri}"`);
    expect(page).not.toMatch(/<script|<link|https?:/);
  });

  it('says how faces are judged where one was', () => {
    const { tracks } = sampleVerdict();
    const hidden = tracks.map((track) => ({ ...track, framesScored: 0, probability: null, interval: null }));
    expect(reportHtml(sampleVerdict(), pictures)).toContain('weighs all frames judged');
    expect(reportHtml(sampleVerdict({ tracks: hidden }), pictures)).not.toContain('weighs all frames judged');
  });

  it('escapes what comes from outside', () => {
    const nasty = '"><script>alert(1)</script>';
    const page = reportHtml(
      sampleVerdict({ file: nasty, reasons: [{ code: 'forged_face', text: nasty, track: null, atSeconds: null }] }),
      pictures,
    );
    expect(page).not.toContain('<script');
    expect(page).toContain('&quot;&gt;&lt;script&gt;');
  });

  it('is written beside the verdict and the evidence', async () => {
    const out = await mkdtemp(join(tmpdir(), 'assay-report-'));
    try {
      const artefacts = new Map([['s0-t0-003200.jpg', Buffer.from('jpeg')]]);
      const report = await writeReport(out, sampleVerdict(), artefacts);
      const folder = join(out, 'clip.mp4-1a2b3c4d');
      expect(report).toBe(join(folder, 'report.html'));
      expect(await readdir(join(folder, 'evidence'))).toEqual(['s0-t0-003200.jpg']);
      expect(Verdict.parse(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8')))).toEqual(sampleVerdict());
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });

  it.each([
    ['../../etc/passwd', '_.._etc_passwd-1a2b3c4d'],
    ['..', 'media-1a2b3c4d'],
    ['Übung 1.mp4', '_bung_1.mp4-1a2b3c4d'],
  ])('makes a safe folder name of %s', (file, name) => expect(reportFolderName(sampleVerdict({ file }))).toBe(name));
});
