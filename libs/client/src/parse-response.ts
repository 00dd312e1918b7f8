import { Problem } from '@assay/contracts';
import type { z } from 'zod';
import { AssayError, AssayProtocolError } from './assay-error';

/**
 * @throws AssayError for an answer that is a refusal
 * @throws AssayProtocolError for an answer that is neither what was asked for nor a problem document
 */
export function parseResponse<T>(status: number, body: string, schema: z.ZodType<T>): T {
  if (status >= 400) throw new AssayError(problemOf(status, body));
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new AssayProtocolError(`The service's answer (status ${status}) does not follow the contract.`);
  }
  return parsed.data;
}

/** What a proxy in between answers is rarely a problem document: make one, so that callers handle one kind. */
export function problemOf(status: number, body: string): Problem {
  const parsed = Problem.safeParse(parseJson(body));
  return parsed.success
    ? parsed.data
    : { type: 'about:blank', title: `The service answered with status ${status}.`, status };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
