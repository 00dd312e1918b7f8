import type { LocalFile } from '@assay/storage';
import { MediaFiles } from './media-files';
import { noAbort } from './testing/test-ports';

/** A store that counts: what is under test is how often it is asked. */
function countingStore(answers: (LocalFile | null | Error)[] = []) {
  const seen = { fetched: 0, released: 0 };
  return {
    seen,
    async localFile(key: string): Promise<LocalFile | null> {
      seen.fetched += 1;
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      if (answer === null) return null;
      return { path: `/tmp/${key}`, release: async () => void (seen.released += 1) };
    },
  };
}

describe('MediaFiles', () => {
  it('fetches once for users at the same time and shortly after', async () => {
    const store = countingStore();
    const files = new MediaFiles(store);
    const [a, b] = await Promise.all([files.open('m', noAbort), files.open('m', noAbort)]);
    await a?.release();
    await b?.release();
    const c = await files.open('m', noAbort);
    expect(c?.path).toBe('/tmp/m');
    expect(store.seen).toEqual({ fetched: 1, released: 0 });
    await files.close();
    expect(store.seen.released).toBe(1);
  });

  it('does not remember a failure or an absence', async () => {
    const store = countingStore([new Error('down'), null]);
    const files = new MediaFiles(store);
    await expect(files.open('m', noAbort)).rejects.toThrow('down');
    expect(await files.open('m', noAbort)).toBeNull();
    expect(await files.open('m', noAbort)).not.toBeNull();
    await files.close();
  });

  it('lets one user stop waiting without ending it for the others', async () => {
    let arrive: (file: LocalFile) => void = () => undefined;
    const store = { localFile: () => new Promise<LocalFile>((resolve) => (arrive = resolve)) };
    const files = new MediaFiles(store);
    const stop = new AbortController();
    const impatient = files.open('m', stop.signal);
    const patient = files.open('m', noAbort);
    stop.abort(new Error('stop'));
    await expect(impatient).rejects.toThrow('stop');
    arrive({ path: '/tmp/m', release: async () => undefined });
    expect((await patient)?.path).toBe('/tmp/m');
    await files.close();
  });
});
