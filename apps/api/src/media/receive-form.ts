import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import type { Outcome } from '@assay/contracts';
import { problems } from '../problems/problems';

const fileField = 'file';
/** One file and a few fields that browsers or tools add on their own; their values are not read. */
const limits = { files: 2, fields: 16, fieldSize: 16 * 1024, fieldNameSize: 100, headerPairs: 32 };

/**
 * Reads `multipart/form-data` (RFC 7578) and hands the file over while it streams.
 *
 * @param take is given the file's bytes and name; has ended when this resolves or rejects
 * @throws ProblemError for a form that has no file, more than one, or no end
 */
export async function receiveForm<T>(
  request: IncomingMessage,
  take: (file: Readable, name: string | null) => Promise<Outcome<T>>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const form = openForm(request);
  let taking: Promise<Outcome<T>> | null = null;
  let surplus: string | null = null;
  let stop = (): void => undefined;
  const ended = new Promise<Outcome<T> | null>((resolve, reject) => {
    form.on('file', (field, file, { filename }) => {
      if (taking || field !== fileField) {
        surplus = taking
          ? 'Send one file a request; the first one was taken.'
          : `The field must be named "${fileField}".`;
        file.resume();
        return;
      }
      // Refused before anyone reads it, it still ends in an error when the form does.
      file.on('error', () => undefined);
      taking = take(file, filename ?? null);
      // A refusal (too large) is known before the form ends, and need not wait for the rest.
      taking.then((outcome) => (outcome.ok ? undefined : resolve(outcome)), reject);
    });
    form.once('error', () => reject(problems.incompleteUpload()));
    form.once('close', () => resolve(taking));
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    signal.throwIfAborted();
  });
  try {
    request.pipe(form);
    const outcome = await ended;
    if (surplus !== null) throw problems.malformedForm(surplus);
    if (outcome === null) throw problems.malformedForm(`There is no file in it: send one in the field "${fileField}".`);
    return outcome;
  } finally {
    // A listener that stays keeps the signal, and with it the whole request, for as long as the service runs.
    signal.removeEventListener('abort', stop);
    request.unpipe(form);
    // Also ends the file's stream, if that is still open, and with it the taking.
    form.destroy();
    await settled(taking);
  }
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
