/** What the module is given from outside; see `ApiModule.with`. */
export const PORTS = Symbol('ports');
export const QUEUES = Symbol('queues');
export const LOG = Symbol('log');
/** Aborted when the service closes. */
export const CLOSING = Symbol('closing');
export const DESCRIPTION = Symbol('description');
