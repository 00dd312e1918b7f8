import type { ObjectStore } from '@assay/storage';

/** Loses the answer to the first write of such a key: the client asks again, as that of S3 does, and then finds its own object. */
export function loseAnswer(store: ObjectStore, isMeant: (key: string) => boolean): void {
  const put = store.put.bind(store);
  let lost = false;
  jest.spyOn(store, 'put').mockImplementation(async (key, ...rest) => {
    const answer = await put(key, ...rest);
    if (lost || !isMeant(key)) return answer;
    lost = true;
    return put(key, ...rest);
  });
}
