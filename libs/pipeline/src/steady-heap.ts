/**
 * For processes that somebody waits for; imported by their entry before everything else, as V8 looks at it when its heap is first
 * collected, which is while modules load.
 *
 * When a process has little to do for 8 s, V8 gives memory back by collecting and compacting the whole heap up to three times over: 3 to
 * 20 ms each on a free core, up to 106 ms measured in a worker on a machine whose cores were all busy, and nothing else runs
 * meanwhile. Without that the heap is collected as it grows, most of it beside the program; quiet hours cost some megabytes.
 */
import { setFlagsFromString } from 'node:v8';

/** Longer than any process lives, ms. */
const neverMs = 2 ** 31 - 1;

// A Node whose V8 does not know the flag says so on stderr and goes on.
setFlagsFromString(`--gc-memory-reducer-start-delay-ms=${neverMs}`);
