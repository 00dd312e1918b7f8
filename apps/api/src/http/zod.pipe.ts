import { Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { problems } from '../problems/problems';

/** Longest list in a document, where nothing else is said. What is longer is not looked at: a kilobyte of `0,` would be 500 mistakes. */
const maxItems = 1_000;
/** Mistakes that are told. */
const maxErrors = 100;

/** Checks a body, a query or one parameter. Mistakes are reported together, unknown fields by name. */
@Injectable()
export class ZodPipe<T> implements PipeTransform<unknown, T> {
  /**
   * @param name of a parameter that is a plain value
   * @param longest list that the document may have
   */
  constructor(
    private readonly schema: z.ZodType<T>,
    private readonly name = '',
    private readonly longest = maxItems,
  ) {}

  transform(value: unknown): T {
    const path = tooLong(value, this.longest);
    if (path) throw problems.invalid([{ path: path.join('.'), message: `must have at most ${this.longest} items` }]);
    const parsed = this.schema.safeParse(value ?? {});
    if (parsed.success) return parsed.data;
    throw problems.invalid(parsed.error.issues.slice(0, maxErrors).flatMap((issue) => errorsOf(issue, this.name)));
  }
}

/** @returns the way to a list that is longer; null where there is none. Documents nest as deep as the JSON parser let them. */
function tooLong(value: unknown, longest: number): string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value) && value.length > longest) return [];
  for (const [name, inner] of Object.entries(value)) {
    const path = tooLong(inner, longest);
    if (path) return [name, ...path];
  }
  return null;
}

function errorsOf(issue: z.core.$ZodIssue, name: string) {
  const path = [...(name ? [name] : []), ...issue.path.map(String)];
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: lowerFirst(issue.message) }];
  return issue.keys.slice(0, maxErrors).map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
