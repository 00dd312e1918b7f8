import type { QuotaUsage } from '@assay/contracts';
import { QuotaExceededError } from '@assay/pipeline';
import { problemCodes } from '../../apps/api/src/problems/catalogue';
import type { ProblemError } from '../../apps/api/src/problems/problem-error';
import { problems } from '../../apps/api/src/problems/problems';

const usage: QuotaUsage = {
  tenant: 'default',
  quota: { period: 'day', bytes: 1, items: null, minutes: null },
  startsAt: '2026-03-01T00:00:00.000Z',
  resetsAt: '2026-03-02T00:00:00.000Z',
  used: { bytes: 1, items: 0, minutes: 0 },
  reserved: { bytes: 0, items: 0 },
  left: { bytes: 0, items: null, minutes: null },
};
/** Codes of a family, as the service has them: with underscores. */
const membersOf = (family: string): string[] =>
  problemCodes.filter((code) => code.startsWith(`${family}-`)).map((code) => code.slice(family.length + 1).replaceAll('-', '_')); // prettier-ignore

/** Factories that want more than a sentence. */
const special: Partial<Record<keyof typeof problems, () => ProblemError[]>> = {
  invalid: () => [problems.invalid([{ path: 'media', message: 'is missing' }])],
  methodNotAllowed: () => [problems.methodNotAllowed(['GET'])],
  quotaExceeded: () => [problems.quotaExceeded(new QuotaExceededError('bytes', usage))],
  rejectedMedia: () => [problems.rejectedMedia({ code: 'empty_file', message: 'Why.' })],
  rolloutConflict: () => membersOf('rollout').map((code) => problems.rolloutConflict(code, 'Why.')),
  tooManyRequests: () => [problems.tooManyRequests('key', 12)],
  uploadIncomplete: () => [problems.uploadIncomplete(1, 2)],
  urlRefused: () => membersOf('url').map((code) => problems.urlRefused(code, 'Why.')),
  verdictNotReady: () => [problems.verdictNotReady('look', 40)],
};

/** Every problem that the service can answer with, once each, made as it makes them. */
export function everyProblem(): ProblemError[] {
  return Object.entries(problems).flatMap(([name, make]) => {
    const made = special[name as keyof typeof problems];
    return made ? made() : [(make as (text: string) => ProblemError)('Why.')];
  });
}
