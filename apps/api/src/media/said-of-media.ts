import type { IncomingHttpHeaders } from 'node:http';
import { IngestUrl, Subject } from '@assay/contracts';
import { problems } from '../problems/problems';
import type { Metadata } from '../uploads/upload-wishes';
import type { FormFields } from './form-fields';

const name = { field: 'name', header: 'X-File-Name' } as const;
const subject = { field: 'subject', header: 'Assay-Subject' } as const;

/**
 * What headers and fields say of media, as keys of `Upload-Metadata` would.
 *
 * @param filename of the part that is the file: counts where nothing else names it
 * @throws ProblemError 400, also where a field and its header are not of one mind
 */
export function saidOfMedia(headers: IncomingHttpHeaders, fields: FormFields, filename: string | null): Metadata {
  const { name: named, subject: about, ...wishes } = fields;
  if (named !== undefined && !IngestUrl.shape.name.safeParse(named).success) {
    throw problems.invalid([{ path: name.field, message: 'must be 1 to 255 characters' }]);
  }
  const by = about === undefined ? subject.header : subject.field;
  const said = { filename: agreed(name, headers, named) ?? filename, subject: agreed(subject, headers, about) };
  if (said.subject !== null && !Subject.safeParse(said.subject).success) {
    throw problems.invalid([{ path: by, message: 'must be 1 to 255 characters of text' }]);
  }
  return { ...said, ...wishes };
}

function agreed(
  { field, header }: { field: string; header: string },
  headers: IncomingHttpHeaders,
  inField: string | undefined,
): string | null {
  const inHeader = textHeader(headers, header);
  if (inField !== undefined && inHeader !== null && inField !== inHeader) {
    throw problems.invalid([{ path: field, message: `is not what the header ${header} says` }]);
  }
  return inField ?? inHeader;
}

function textHeader(headers: IncomingHttpHeaders, named: string): string | null {
  const encoded = headers[named.toLowerCase()];
  if (typeof encoded !== 'string') return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw problems.invalid([{ path: named, message: 'must be percent-encoded UTF-8' }]);
  }
}
