/** Injection tokens of what NestJS did not build. */
export const CONFIG = Symbol('config');
export const EVENTS = Symbol('events');
export const LOG = Symbol('log');
export const PORTS = Symbol('ports');
export const QUEUES = Symbol('queues');
export const TRACING = Symbol('tracing');
