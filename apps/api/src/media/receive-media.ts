import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { type Outcome, Subject } from '@assay/contracts';
import { problems } from '../problems/problems';
import { receiveForm } from './receive-form';

const formType = 'multipart/form-data';
/** Anything whose content is looked at and not its label; text and forms are mistakes of the sender. */
const rawTypes = /^(application\/octet-stream|video\/[\w.+-]+|image\/[\w.+-]+)$/;
const howToSend =
  'Send multipart/form-data with a field "file", or the bytes as application/octet-stream, video/* or image/* with the name in X-File-Name (percent-encoded), or JSON with a "url" to fetch it from.';
/** What a form adds around its file: boundaries and part headers, bytes, generously. */
export const formOverheadBytes = 64 * 1024;

/**
 * Hands an upload over, from a form or as the bare body, without ever holding more than a few chunks of it.
 *
 * @param take is given the file's bytes and name
 */
export async function receiveMedia<T>(
  request: IncomingMessage,
  take: (file: Readable, name: string | null) => Promise<Outcome<T>>,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw problems.unsupportedType('Send the bytes as they are, without a Content-Encoding.');
  if (type === formType) {
    return receiveForm(request, take, signal);
  }
  if (!rawTypes.test(type)) throw problems.unsupportedType(howToSend);
  return take(request, fileNameOf(request));
}

/** How many bytes of media are coming at least, as the sender says; null where he does not. */
export function declaredBytes({ headers }: IncomingMessage): number | null {
  const bytes = Number(headers['content-length'] ?? 0) - (isForm(headers) ? formOverheadBytes : 0);
  return bytes > 0 ? bytes : null;
}

const isForm = (headers: IncomingMessage['headers']): boolean => (headers['content-type'] ?? '').startsWith(formType);

const fileNameOf = (request: IncomingMessage): string | null => textHeader(request, 'X-File-Name');

/** Whom the media is about: the header `Assay-Subject`, with a form as well. @throws ProblemError 400 */
export function subjectOf(request: IncomingMessage): Subject | null {
  const subject = textHeader(request, 'Assay-Subject');
  if (subject === null || Subject.safeParse(subject).success) return subject;
  throw problems.invalid([{ path: 'Assay-Subject', message: 'must be 1 to 255 characters of text' }]);
}

function textHeader({ headers }: IncomingMessage, name: string): string | null {
  const encoded = headers[name.toLowerCase()];
  if (typeof encoded !== 'string') return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw problems.invalid([{ path: name, message: 'must be percent-encoded UTF-8' }]);
  }
}
