import type { IncomingMessage } from 'node:http';
import { isJson } from './json-body';

type WithHeaders = Pick<IncomingMessage, 'headers'>;

/** https://docs.aws.amazon.com/sns/latest/dg/http-header.html */
export function isFromSns({ headers }: WithHeaders): boolean {
  return headers['x-amz-sns-message-type'] !== undefined;
}

/** Amazon SNS calls its JSON plain text. */
export function isJsonOrSns(request: WithHeaders): boolean {
  return isJson(request) || (isFromSns(request) && /^text\/plain\b/i.test(request.headers['content-type'] ?? ''));
}
