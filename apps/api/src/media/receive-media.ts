import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Outcome } from '@assay/contracts';
import { problems } from '../problems/problems';
import type { Metadata } from '../uploads/upload-wishes';
import type { FormFields } from './form-fields';
import { type FormTaker, receiveForm } from './receive-form';
import { saidOfMedia } from './said-of-media';

const formType = 'multipart/form-data';
/** Anything whose content is looked at and not its label; text and forms are mistakes of the sender. */
const rawTypes = /^(application\/octet-stream|video\/[\w.+-]+|image\/[\w.+-]+)$/;
const howToSend =
  'Send multipart/form-data with a field "file", or the bytes as application/octet-stream, video/* or image/* with the name in X-File-Name (percent-encoded), or JSON with a "url" to fetch it from.';
/** What a form adds around its file: boundaries and part headers, bytes, generously. */
export const formOverheadBytes = 64 * 1024;

/** What came beside the bytes. */
export interface Beside {
  /** Of headers and fields, as keys of `Upload-Metadata`. */
  said: Metadata;
  /** Of a form, as they were sent. */
  fields: FormFields;
}

export interface MediaTaker<T> {
  /** Called with what is known so far, whenever that is more. @throws ProblemError where it cannot be meant */
  check(said: Metadata): void;
  /** What takes a while to check: before the first byte is read, and when all is said. @throws ProblemError */
  approve(said: Metadata, isAll: boolean): Promise<void>;
  /**
   * Is given the bytes.
   *
   * @param beside to be waited for when they are here and before they are kept: rejects where the rest of the form is no good
   */
  take(file: Readable, beside: () => Promise<Beside>): Promise<Outcome<T>>;
}

/** Hands an upload over, from a form or as the bare body, without ever holding more than a few chunks of it. */
export async function receiveMedia<T>(
  request: IncomingMessage,
  taker: MediaTaker<T>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const { headers } = request;
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw problems.unsupportedType('Send the bytes as they are, without a Content-Encoding.');
  const said = saidOfMedia(headers, {}, null);
  if (type === formType) {
    return receiveForm(request, formTaker(headers, taker), signal);
  }
  if (!rawTypes.test(type)) throw problems.unsupportedType(howToSend);
  taker.check(said);
  return taker.take(request, () => Promise.resolve({ said, fields: {} }));
}

function formTaker<T>(headers: IncomingMessage['headers'], taker: MediaTaker<T>): FormTaker<T> {
  return {
    check: (fields) => taker.check(saidOfMedia(headers, fields, null)),
    async take(file, filename, fields, whole) {
      await taker.approve(saidOfMedia(headers, fields, filename), false);
      const wait = async (): Promise<Beside> => {
        await whole;
        const said = saidOfMedia(headers, fields, filename);
        await taker.approve(said, true);
        return { said, fields };
      };
      let beside: Promise<Beside> | null = null;
      return taker.take(file, () => (beside ??= wait()));
    },
  };
}

/** How many bytes of media are coming at least, as the sender says; null where he does not. */
export function declaredBytes({ headers }: IncomingMessage): number | null {
  const bytes = Number(headers['content-length'] ?? 0) - (isForm(headers) ? formOverheadBytes : 0);
  return bytes > 0 ? bytes : null;
}

const isForm = (headers: IncomingMessage['headers']): boolean => (headers['content-type'] ?? '').startsWith(formType);
