import { problems } from '../problems/problems';

/** What a form may say beside its file. The same as in `Upload-Metadata` of tus, but for `name`, which is called so in JSON too. */
const fieldNames = ['name', 'subject', 'scan', 'policy', 'priority', 'callback'] as const;
export type FormFields = Partial<Record<(typeof fieldNames)[number], string>>;

export const isFieldName = (name: string | undefined): name is keyof FormFields =>
  fieldNames.some((known) => known === name);

/**
 * @param value undefined where its charset cannot be read
 * @param isCut it was longer than may be
 * @throws ProblemError 400 that names the field
 */
export function addField(
  fields: FormFields,
  name: string | undefined,
  value: string | undefined,
  isCut: boolean,
): void {
  const refuse = (message: string) => problems.invalid([{ path: name ?? '', message }]);
  if (name === 'file') throw refuse('must be a file, sent with a file name');
  if (!isFieldName(name)) throw refuse(name === undefined ? 'A field has no name' : 'unknown field');
  if (fields[name] !== undefined) throw refuse('is there twice');
  if (value === undefined) throw refuse('must be UTF-8');
  if (isCut) throw refuse('is too long');
  fields[name] = value;
}
