import { readHashListFile } from './read-hash-list-file';

test('a list that is not there is a usage error', async () => {
  await expect(readHashListFile('/nowhere/list.csv')).rejects.toMatchObject({ exitCode: 2 });
});
