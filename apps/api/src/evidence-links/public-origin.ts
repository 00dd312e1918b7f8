import type { Request } from 'express';
import { problems } from '../problems/problems';

/**
 * Where callers find the API: as the operator says, or as the request names it. Only who sends the request gets to see it, so
 * that one with a false name deceives nobody else.
 *
 * @returns without a slash at its end; @throws ProblemError 400 where the request names no host
 */
export function publicOrigin({ headers }: Request, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl;
  // TLS ends in front of this service; what ends it says so.
  const [forwarded] = String(headers['x-forwarded-proto'] ?? '').split(',');
  const protocol = forwarded?.trim() === 'https' ? 'https' : 'http';
  const address = `${protocol}://${headers.host ?? ''}`;
  if (!URL.canParse(address) || new URL(address).host === '') throw problems.malformedRequest();
  return new URL(address).origin;
}
