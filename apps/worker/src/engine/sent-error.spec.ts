/** Invariants: whoever takes jobs acts upon an error from another process as upon one of its own; what cannot be sent stays behind. */
import {
  isOutage,
  LaterError,
  ModelSetMissingError,
  PermanentError,
  QuotaExceededError,
  safeMessage,
  ScanCancelledError,
  ScanGoneError,
} from '@assay/pipeline';
import { StoreUnavailableError } from '@assay/storage';
import { fromSent, toSent } from './sent-error';

/** Through the serialisation that the channel between the processes uses. */
const sent = (error: unknown) => fromSent(structuredClone(toSent(error)));

describe('an error that was sent', () => {
  it('is of the same class, with what the class says', () => {
    const later = sent(new LaterError(1234));
    expect(later).toBeInstanceOf(LaterError);
    expect(later).toMatchObject({ name: 'LaterError', pauseMs: 1234, message: 'To be done in 1234 ms.' });
    expect(sent(new ModelSetMissingError('a'.repeat(64)))).toMatchObject({ digest: 'a'.repeat(64) });
    const quota = new QuotaExceededError('bytes', {
      quota: { period: 'day', bytes: 5 },
      left: { bytes: 1 },
      resetsAt: 'then',
    } as never);
    expect(sent(quota)).toBeInstanceOf(PermanentError);
    expect(sent(quota)).toMatchObject({ name: 'QuotaExceededError', lacking: 'bytes', message: quota.message });
    const cancelled = sent(new ScanCancelledError(`sc_${'1'.repeat(32)}`));
    expect(cancelled).toBeInstanceOf(ScanGoneError);
    expect(safeMessage(cancelled)).toBe('The scan was cancelled.');
  });

  it('is of the nearest class above its own that is known here', () => {
    class StrangeError extends PermanentError {
      override readonly name = 'StrangeError';
    }
    const strange = sent(new StrangeError('Never.'));
    expect(strange).toBeInstanceOf(PermanentError);
    expect(strange.name).toBe('StrangeError');
    expect(safeMessage(strange)).toBe('Never.');
  });

  it('tells of an outage, also where that is its cause', () => {
    expect(isOutage(sent(new StoreUnavailableError('away')))).toBe(true);
    expect(isOutage(sent(new Error('no pictures', { cause: new StoreUnavailableError('away') })))).toBe(true);
    expect(isOutage(sent(new Error('LOADING Redis is loading the dataset in memory')))).toBe(true);
    expect(isOutage(sent(new Error('busy')))).toBe(false);
  });

  it('keeps name, words and stack of what nobody knows, and its own words from people', () => {
    const error = Object.assign(new TypeError('/secret/path'), { code: 'EIO', socket: { write: () => undefined } });
    const got = sent(error);
    expect(got).toMatchObject({ name: 'TypeError', message: '/secret/path', code: 'EIO', stack: error.stack });
    expect(got).not.toHaveProperty('socket');
    expect(safeMessage(got)).not.toContain('secret');
    expect(sent('only words').message).toBe('only words');
    expect(sent(AbortSignal.abort().reason).name).toBe('AbortError');
  });

  it('ends where errors cause each other in a circle', () => {
    const error = new Error('a');
    error.cause = error;
    expect(sent(error).message).toBe('a');
  });
});
