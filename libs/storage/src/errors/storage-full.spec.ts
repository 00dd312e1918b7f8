import { S3ServiceException } from '@aws-sdk/client-s3';
import { isStorageFull } from './storage-full';
import { StoreUnavailableError } from './store-unavailable-error';

const s3Error = (httpStatusCode: number) =>
  new S3ServiceException({ name: 'InternalError', $fault: 'server', message: '', $metadata: { httpStatusCode } });
const fsError = (code: string) => Object.assign(new Error('write'), { code });
const aof = 'MISCONF Errors writing to the AOF file: No space left on device';

test.each<[string, unknown, boolean]>([
  ['a full disk', new StoreUnavailableError('the storage folder cannot be used', fsError('ENOSPC')), true],
  ['a quota', new StoreUnavailableError('the storage folder cannot be used', fsError('EDQUOT')), true],
  ['an S3 server without room', new StoreUnavailableError('the S3 store', s3Error(507)), true],
  ['a Redis whose disk is full', new Error('wrapped', { cause: new Error(aof) }), true],
  ['a disk that is broken', new StoreUnavailableError('the storage folder cannot be used', fsError('EIO')), false],
  ['an S3 server that is busy', new StoreUnavailableError('the S3 store', s3Error(503)), false],
  ['a Redis that cannot write for another reason', new Error('MISCONF Errors writing to the AOF file: I/O'), false],
  ['no error at all', null, false],
])('%s', (_, error, full) => {
  expect(isStorageFull(error)).toBe(full);
});
