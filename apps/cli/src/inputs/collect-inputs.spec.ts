import fs, { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectInputs } from './collect-inputs';

describe('collectInputs', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'assay-inputs-'));
    await mkdir(join(folder, 'media/deep'), { recursive: true });
    await mkdir(join(folder, 'empty'));
    const files = ['media/b.mp4', 'media/a.MOV', 'media/deep/c.webm', 'media/notes.txt', 'media/.hidden.mp4'];
    for (const file of files) await writeFile(join(folder, file), 'x');
    await writeFile(join(folder, 'media/unnamed'), Buffer.from('\0\0\0\x18ftypisom', 'latin1'));
    await writeFile(join(folder, 'media/README'), 'words');
    await writeFile(join(folder, 'media/call at 10.00.00'), Buffer.from('\0\0\0\x18ftypisom', 'latin1'));
    await writeFile(join(folder, 'media/saved.jfif'), Buffer.from('\xff\xd8\xff', 'latin1'));
    await writeFile(join(folder, 'media/song.m4a'), Buffer.from('\0\0\0\x18ftypM4A ', 'latin1'));
    await symlink('b.mp4', join(folder, 'media/link.mp4'));
    await symlink('..', join(folder, 'media/loop'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('walks folders in byte order and takes media by name or by first bytes', async () => {
    const leftOut = jest.fn();
    const inputs = await collectInputs([join(folder, 'media'), join(folder, 'media/deep')], leftOut);
    const names = ['a.MOV', 'b.mp4', 'call at 10.00.00', 'c.webm', 'link.mp4', 'saved.jfif', 'unnamed', 'c.webm'];
    expect(inputs.map(({ name }) => name)).toEqual(names);
    expect(leftOut.mock.calls).toEqual([[join(folder, 'media'), ['README', 'notes.txt', 'song.m4a']]]);
  });

  it('takes what it can read of a folder, and says what it cannot', async () => {
    const real = fs.readdir;
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    jest.spyOn(fs, 'readdir').mockImplementation((async (path: string, options: object) => {
      if (path.endsWith('deep')) throw denied;
      return real(path, options as never);
    }) as never);
    const inputs = await collectInputs([join(folder, 'media')]);
    jest.restoreAllMocks();
    expect(inputs.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      ...['file a.MOV', 'file b.mp4', 'file call at 10.00.00', 'rejected deep', 'file link.mp4', 'file saved.jfif'],
      'file unnamed',
    ]);
  });

  it('keeps the order asked for and puts what is missing in its place', async () => {
    const inputs = await collectInputs([
      join(folder, 'gone.mp4'),
      'https://media.example/a%20b.mp4?x=1',
      join(folder, 'media/notes.txt'),
      join(folder, 'empty'),
    ]);
    expect(inputs).toEqual([
      { kind: 'rejected', name: 'gone.mp4', rejection: { code: 'not_found', message: expect.any(String) } },
      { kind: 'url', name: 'a b.mp4', url: 'https://media.example/a%20b.mp4?x=1' },
      { kind: 'file', name: 'notes.txt', path: join(folder, 'media/notes.txt') },
      { kind: 'rejected', name: 'empty', rejection: { code: 'not_found', message: expect.any(String) } },
    ]);
  });
});
