import { type NetConnectOpts } from 'node:net';
export interface GuardedChild {
    /** What it wrote to stderr last. */
    lastWords(): string;
    exited(): boolean;
    /** Ends it and everything that it started; resolves when it is gone. */
    close(): Promise<void>;
}
/**
 * Starts a shell script that must end what it started as soon as its stdin closes. The pipe's other end is ours alone,
 * so that also happens when this process dies without a chance to clean up (kill -9, a crashed test runner).
 */
export declare function startGuarded(script: string, args: string[]): GuardedChild;
/**
 * Asks until `ready` says yes.
 *
 * @throws with the child's last words when it ended or took too long
 */
export declare function untilReady(child: GuardedChild, what: string, ready: () => Promise<boolean>, timeoutMs: number): Promise<void>;
/** Does anything listen there? */
export declare function accepts(address: NetConnectOpts): Promise<boolean>;
