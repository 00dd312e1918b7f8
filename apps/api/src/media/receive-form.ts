import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import type { Outcome } from '@assay/contracts';
import { problems } from '../problems/problems';
import { addField, type FormFields, isFieldName } from './form-fields';

const fileField = 'file';
/** One file and each field once: what is more is refused, and is counted so that it can be. The longest field is a callback, bytes. */
const limits = { files: 2, fields: 16, parts: 16, fieldSize: 8 * 1024, fieldNameSize: 100, headerPairs: 32 };

export interface FormTaker<T> {
  /** Called with each field that is read, before and behind the file. @throws ProblemError where they cannot be meant */
  check(fields: FormFields): void;
  /**
   * Is given the bytes of the file, its name, and the fields so far; has ended when `receiveForm` has.
   *
   * @param whole resolves when all of the form has come and nothing in it is wrong; what was taken is not to be kept before
   */
  take(file: Readable, filename: string | null, fields: FormFields, whole: Promise<void>): Promise<Outcome<T>>;
}

/**
 * Reads `multipart/form-data` (RFC 7578) and hands the file over while it streams. Fields may come before the file and behind it.
 *
 * @throws ProblemError for a form that has no file, more than one, a field that nobody knows, or no end
 */
export async function receiveForm<T>(
  request: IncomingMessage,
  taker: FormTaker<T>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const form = openForm(request);
  const fields: FormFields = {};
  let taking: Promise<Outcome<T>> | null = null;
  let isRefused = false;
  let stop = (): void => undefined;
  let isWhole = (): void => undefined;
  let refuse = (_error: unknown): void => undefined;
  const whole = new Promise<void>((resolve, reject) => ([isWhole, refuse] = [resolve, reject]));
  const ended = new Promise<Outcome<T> | null>((resolve, reject) => {
    whole.then(() => resolve(taking), reject);
    const refuseForm = (error: unknown): void => ((isRefused = true), refuse(error));
    form.on('field', (name: string | undefined, value: string | undefined, { valueTruncated }) => {
      try {
        addField(fields, name, value, valueTruncated);
        taker.check(fields);
      } catch (error) {
        refuseForm(error);
      }
    });
    form.on('file', (field: string | undefined, file, { filename }) => {
      // Refused before anyone reads it, it still ends in an error when the form does.
      file.on('error', () => undefined);
      const surplus = surplusOf(field, taking !== null);
      if (surplus) refuseForm(surplus);
      // Parts of one piece of the body come at once: the refusal may still be on its way.
      if (isRefused) return void file.resume();
      taking = taker.take(file, filename ?? null, fields, whole);
      // A refusal (too large) is known before the form ends, and need not wait for the rest.
      taking.then((outcome) => (outcome.ok ? undefined : resolve(outcome)), reject);
    });
    form.once('partsLimit', () => refuseForm(problems.malformedForm('It has too many parts.')));
    form.once('error', () => refuseForm(problems.incompleteUpload()));
    form.once('close', () => isWhole());
    stop = () => refuse(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    signal.throwIfAborted();
  });
  try {
    request.pipe(form);
    const outcome = await ended;
    if (outcome === null) throw problems.malformedForm(`There is no file in it: send one in the field "${fileField}".`);
    return outcome;
  } finally {
    // A listener that stays keeps the signal, and with it the whole request, for as long as the service runs.
    signal.removeEventListener('abort', stop);
    request.unpipe(form);
    // Whoever waits for the rest of a form that is given up.
    refuse(problems.incompleteUpload());
    // Also ends the file's stream, if that is still open, and with it the taking.
    form.destroy();
    await settled(taking);
  }
}

/** @returns why a file is not the one that is sent */
function surplusOf(field: string | undefined, isSecond: boolean) {
  if (isFieldName(field)) return problems.invalid([{ path: field, message: 'must be text, and no file' }]);
  if (isSecond) return problems.malformedForm('Send one file a request. Nothing was kept.');
  return field === fileField ? null : problems.malformedForm(`The field must be named "${fileField}".`);
}

function openForm(request: IncomingMessage): Busboy {
  try {
    const form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits });
    // Destroying a form that is not at its end emits one more error.
    form.on('error', () => undefined);
    return form;
  } catch {
    throw problems.malformedForm('The header Content-Type names no boundary.');
  }
}

async function settled(work: Promise<unknown> | null): Promise<void> {
  await work?.catch(() => undefined);
}
