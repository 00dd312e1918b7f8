/** Injection tokens of what NestJS did not build. */
export const CONFIG = Symbol('config');
export const EVENTS = Symbol('events');
export const LOG = Symbol('log');
export const PORTS = Symbol('ports');
export const QUEUES = Symbol('queues');
export const TRACING = Symbol('tracing');
/** Answers of the API that are kept for those who ask again: they tell of media, and go with it. */
export const ANSWERS = Symbol('answers');
export const ERASING = Symbol('erasing');
