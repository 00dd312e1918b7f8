import { defaultMediaLimits } from '@assay/contracts';
import { ffmpeg, mediaFolder } from '../../../test/media/make-media';
import { probeMedia } from './probe-media';

it('tells what put a file together, what encoded it, the camera and the time, as its tags have them', async () => {
  const folder = await mediaFolder();
  try {
    const tags = ['make=Acme', 'model=Phone 7', 'creation_time=2026-01-02T03:04:05Z'];
    const path = folder.path('tagged.mkv');
    await ffmpeg(
      ...['-f', 'lavfi', '-i', 'testsrc=size=64x64:duration=0.5', '-c:v', 'libx264'],
      ...tags.flatMap((tag) => ['-metadata', tag]),
      path,
    );
    const outcome = await probeMedia(path, defaultMediaLimits, new AbortController().signal);
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        probe: {
          muxer: expect.stringMatching(/^Lavf/),
          encoder: expect.stringMatching(/^Lavc.* libx264$/),
          device: 'Acme Phone 7',
          createdAt: '2026-01-02T03:04:05.000000Z',
        },
      },
    });
  } finally {
    await folder.remove();
  }
});
