/**
 * What a conditional write makes of a server that answers 409, as S3 does when another request on the same key is under way:
 * it is no answer to whether the object is there, so what is in memory is written again, and a stream is told to come again.
 */
import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { StoreUnavailableError } from '../errors/store-unavailable-error';
import { upload } from './upload';

const never = new AbortController().signal;
const answer = (status: number) =>
  new S3ServiceException({
    name: `Status${status}`,
    $fault: 'client',
    $metadata: { httpStatusCode: status },
  });

function serverAnswering(...statuses: number[]): { client: S3Client; asked: () => number } {
  let asked = 0;
  const send = async () => {
    const status = statuses[Math.min(asked, statuses.length - 1)]!;
    asked += 1;
    if (status !== 200) throw answer(status);
    return {};
  };
  return { client: { send, config: {} } as unknown as S3Client, asked: () => asked };
}
const request = { Bucket: 'assay', Key: 'media/x.json', ifAbsent: true };

it('writes again behind a conflict, and is there or finds another', async () => {
  for (const [last, end] of [
    [200, 'written'],
    [412, 'exists'],
  ] as const) {
    const { client, asked } = serverAnswering(409, last);
    expect(await upload(client, { ...request, body: 'x' }, never)).toBe(end);
    expect(asked()).toBe(2);
  }
});

it('says that the store is busy where the conflict stays', async () => {
  const { client } = serverAnswering(409);
  await expect(upload(client, { ...request, body: 'x' }, never)).rejects.toThrow(StoreUnavailableError);
});

it('cannot send a stream twice', async () => {
  const { client } = serverAnswering(409);
  const body = Readable.from(['x']);
  await expect(upload(client, { ...request, body }, never)).rejects.toThrow(StoreUnavailableError);
});
