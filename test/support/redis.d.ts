export interface TestRedis {
    /** Unix socket. */
    path: string;
    url: string;
    /** Also removes its folder. Calling twice is fine. */
    close(): Promise<void>;
}
/**
 * A Redis of the test's own: real, empty, without a port, gone when the test (or its process) is.
 *
 * @param at socket path of an earlier one that was closed: a Redis that comes back
 */
export declare function startRedis(at?: string): Promise<TestRedis>;
