import type { RateLimit, RateLimitState } from '@assay/storage';
import type { NextFunction, Request, Response } from 'express';
import type { ProblemError } from '../problems/problem-error';
import { problems } from '../problems/problems';
import { findPrincipal, type Principal } from './principal';

export const rateWindowSeconds = 60;

/** Whose requests a limit counts together. */
export type RatePolicy = 'key' | 'tenant';

export interface RateRule {
  policy: RatePolicy;
  limit: RateLimit;
  perMinute: number;
}

const countedBy: Record<RatePolicy, (principal: Principal) => string> = {
  key: ({ key }) => key,
  // No id of a key looks like it. Links are with whomever they were sent to: who asks too often by them must not take the minute
  // of those who have a key.
  tenant: ({ tenant, linkUntil }) => `${linkUntil === undefined ? 'tenant' : 'links'}:${tenant}`,
};

export interface Spent {
  /** Of each rule, in their order. */
  states: RateLimitState[];
  /** What is to be answered instead; null where every rule had one left. */
  refusal: ProblemError | null;
}

/** Takes one request from each limit. */
export async function spendOne(rules: readonly RateRule[], principal: Principal): Promise<Spent> {
  const states = await Promise.all(rules.map(({ policy, limit }) => limit.take(countedBy[policy](principal))));
  const spent = rules.flatMap(({ policy }, at) => {
    const state = states[at];
    return state && !state.allowed ? [{ policy, seconds: secondsOf(state) }] : [];
  });
  // Both may be spent: who waits for the longer one need not come twice.
  const longest = spent.reduce<(typeof spent)[number] | null>(
    (most, one) => (most && most.seconds >= one.seconds ? most : one),
    null,
  );
  return { states, refusal: longest && problems.tooManyRequests(longest.policy, longest.seconds) };
}

/**
 * Middleware, once it is known who asks: so many requests a minute for each key, and for each tenant over all of its keys. Says how
 * many are left of each as draft-ietf-httpapi-ratelimit-headers does, and Retry-After (RFC 9110) when none are.
 */
export function limitRate(rules: readonly RateRule[]) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const principal = findPrincipal(request);
    if (!principal) return next();
    spendOne(rules, principal).then(({ states, refusal }) => {
      response.setHeader('RateLimit-Policy', rules.map(policyItem).join(', '));
      response.setHeader('RateLimit', rules.map((rule, at) => stateItem(rule, states[at])).join(', '));
      next(refusal ?? undefined);
    }, next);
  };
}

const secondsOf = ({ resetMs }: RateLimitState): number => Math.ceil(resetMs / 1000);
const policyItem = ({ policy, perMinute }: RateRule): string => `"${policy}";q=${perMinute};w=${rateWindowSeconds}`;
const stateItem = ({ policy }: RateRule, state: RateLimitState | undefined): string =>
  `"${policy}";r=${state?.remaining ?? 0};t=${state ? secondsOf(state) : 0}`;
