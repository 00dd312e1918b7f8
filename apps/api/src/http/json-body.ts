import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { problems } from '../problems/problems';
import { hasBody } from '../problems/send-problem';

const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i;

export function isJson({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return jsonType.test(headers['content-type'] ?? '');
}

/** Middleware behind the JSON parser: says which of its errors is a mistake in the document. */
export function malformedJson(error: unknown, _request: Request, _response: Response, next: NextFunction): void {
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
  next(type === 'entity.parse.failed' ? problems.malformedJson() : error);
}

/** Middleware: a document that is not labelled as JSON would be taken for an empty one. */
export const requireJson = requireLabel(isJson);

/** @param isLabelled whether the label is one of those that are taken for JSON */
export function requireLabel(isLabelled: (request: Request) => boolean) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const fits = !['POST', 'PUT', 'PATCH'].includes(request.method) || !hasBody(request) || isLabelled(request);
    next(fits ? undefined : problems.unsupportedType('Send JSON as application/json.'));
  };
}
