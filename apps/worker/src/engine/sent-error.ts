import { serialize } from 'node:v8';
import * as pipeline from '@assay/pipeline';
import { StoreUnavailableError } from '@assay/storage';

/** An error on its way between two processes. */
export interface SentError {
  /** Names of its class and of those above it, its own first. */
  kinds: string[];
  name: string;
  message: string;
  stack?: string;
  /** What else it says of itself, as far as it can be sent. */
  fields: Record<string, unknown>;
  cause?: SentError;
}

type ErrorClass = abstract new (...parts: never[]) => Error;

/** Classes that whoever takes jobs acts upon. What is of none of them comes over as an `Error` with its name and words. */
const exported: unknown[] = [...Object.values(pipeline), StoreUnavailableError];
const known = new Map(exported.filter(isErrorClass).map((kind) => [kind.name, kind]));
/** Causes of causes; more would be a circle. */
const deepest = 8;

export function toSent(error: unknown, depth = 0): SentError {
  if (!isLikeError(error)) return { kinds: [], name: 'Error', message: String(error), fields: {} };
  const { name, message, stack, cause, ...rest } = error;
  return {
    kinds: kindsOf(error),
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    fields: sendable(rest),
    ...(cause === undefined || depth >= deepest ? {} : { cause: toSent(cause, depth + 1) }),
  };
}

/** The error again, of the same class where that is known here: `instanceof` says what it said there. */
export function fromSent({ kinds, name, message, stack, fields, cause }: SentError): Error {
  const error = new Error(message, cause ? { cause: fromSent(cause) } : undefined);
  const kind = kinds.map((own) => known.get(own)).find((found) => found !== undefined);
  if (kind) Object.setPrototypeOf(error, kind.prototype as object);
  Object.assign(error, fields);
  const value = (of: unknown) => ({ value: of, writable: true, configurable: true, enumerable: false });
  Object.defineProperty(error, 'name', value(name));
  if (stack !== undefined) Object.defineProperty(error, 'stack', value(stack));
  return error;
}

/** A `DOMException` is what aborts and timeouts throw; it need not be of this realm's errors. */
function isLikeError(value: unknown): value is Error {
  return value instanceof Error || value instanceof DOMException;
}

function kindsOf(error: Error): string[] {
  const kinds: string[] = [];
  for (
    let of = Object.getPrototypeOf(error);
    of !== null && of !== Error.prototype && of !== Object.prototype;
    of = Object.getPrototypeOf(of)
  ) {
    kinds.push(of.constructor.name);
  }
  return kinds;
}

/** Fields that survive the way as they are; sockets, requests and functions stay behind. */
function sendable(fields: object): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    try {
      // As the channel does it; not all that `structuredClone` takes goes through there.
      serialize(value);
      kept[name] = value;
    } catch {
      // Nothing that anybody acts upon.
    }
  }
  return kept;
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}
