import type { IncomingMessage } from 'node:http';
import type { Outcome } from '@assay/contracts';
import { intake, type Intake, type Ports } from '@assay/pipeline';
import { problems } from '../problems/problems';
import { receiveForm } from './receive-form';

const formType = 'multipart/form-data';
/** Anything whose content is looked at and not its label; text and forms are mistakes of the sender. */
const rawTypes = /^(application\/octet-stream|video\/[\w.+-]+|image\/[\w.+-]+)$/;
const howToSend =
  'Send multipart/form-data with a field "file", or the bytes as application/octet-stream, video/* or image/* with the name in X-File-Name (percent-encoded), or JSON with a "url" to fetch it from.';
/** What a form adds around its file: boundaries and part headers, bytes, generously. */
export const formOverheadBytes = 64 * 1024;

/** Takes an upload in, from a form or as the bare body, without ever holding more than a few chunks of it. */
export async function receiveMedia(
  request: IncomingMessage,
  ports: Pick<Ports, 'store' | 'limits'>,
  signal: AbortSignal,
): Promise<Outcome<Intake>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw problems.unsupportedType('Send the bytes as they are, without a Content-Encoding.');
  if (type === formType) {
    return receiveForm(request, (file, name) => intake(file, { name }, ports, signal), signal);
  }
  if (!rawTypes.test(type)) throw problems.unsupportedType(howToSend);
  return intake(request, { name: fileNameOf(request) }, ports, signal);
}

function fileNameOf({ headers }: IncomingMessage): string | null {
  const encoded = headers['x-file-name'];
  if (typeof encoded !== 'string') return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw problems.invalid([{ path: 'X-File-Name', message: 'must be percent-encoded UTF-8' }]);
  }
}
