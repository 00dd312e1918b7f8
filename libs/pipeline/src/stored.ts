import type { ObjectStore } from '@assay/storage';
import type { z } from 'zod';
import { StoredDocumentError } from './errors';

/** @returns null when there is none; @throws StoredDocumentError when what is there does not follow the schema */
export async function readStored<T>(
  store: Pick<ObjectStore, 'get'>,
  key: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | null> {
  const body = await store.get(key, signal);
  if (body === null) return null;
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw new StoredDocumentError(key);
  return parsed.data;
}

/**
 * What can be made again from the media: a document that is damaged or of another version counts as not there, so that
 * its stage does its work once more.
 */
export async function readDerived<T>(
  store: Pick<ObjectStore, 'get'>,
  key: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T | null> {
  try {
    return await readStored(store, key, schema, signal);
  } catch (error) {
    if (error instanceof StoredDocumentError) return null;
    throw error;
  }
}

export function writeStored(
  store: ObjectStore,
  key: string,
  document: object,
  options: { ifAbsent: boolean },
  signal: AbortSignal,
): Promise<'written' | 'exists'> {
  return store.put(key, JSON.stringify(document), { contentType: 'application/json', ...options }, signal);
}

/** @returns undefined for what is no JSON, which follows no schema */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
