import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { problems } from '../problems/problems';

/** Checks a body, a query or one parameter. Every mistake is reported at once, unknown fields by name. */
@Injectable()
export class ZodPipe<T> implements PipeTransform<unknown, T> {
  /** @param name of a parameter that is a plain value */
  constructor(
    private readonly schema: z.ZodType<T>,
    private readonly name = '',
  ) {}

  transform(value: unknown): T {
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw problems.invalid(parsed.error.issues.flatMap((issue) => errorsOf(issue, this.name)));
  }
}

function errorsOf(issue: z.core.$ZodIssue, name: string) {
  const path = [...(name ? [name] : []), ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: lowerFirst(issue.message) }];
  return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
