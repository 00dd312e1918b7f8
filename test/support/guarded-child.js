"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.startGuarded = startGuarded;
exports.untilReady = untilReady;
exports.accepts = accepts;
const node_child_process_1 = require("node:child_process");
const node_events_1 = require("node:events");
const node_net_1 = require("node:net");
/** Enough for the last words of any server that fails to start. */
const keptOutputCharacters = 8_000;
/**
 * Starts a shell script that must end what it started as soon as its stdin closes. The pipe's other end is ours alone,
 * so that also happens when this process dies without a chance to clean up (kill -9, a crashed test runner).
 */
function startGuarded(script, args) {
    const child = (0, node_child_process_1.spawn)('sh', ['-c', script, 'guard', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk) => (words = (words + chunk.toString()).slice(-keptOutputCharacters)));
    child.stdin.on('error', () => { });
    const exited = () => child.exitCode !== null || child.signalCode !== null;
    return {
        lastWords: () => words,
        exited,
        close: async () => {
            if (exited())
                return;
            const exit = (0, node_events_1.once)(child, 'exit');
            child.stdin.end();
            await exit;
        },
    };
}
/** Between two questions whether a server is up; a busy machine should spend its time on the server. */
const pauseMs = 50;
/**
 * Asks until `ready` says yes.
 *
 * @throws with the child's last words when it ended or took too long
 */
async function untilReady(child, what, ready, timeoutMs) {
    const giveUpAt = Date.now() + timeoutMs;
    while (Date.now() < giveUpAt && !child.exited()) {
        if (await ready())
            return;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    await child.close();
    throw new Error(`${what} did not start: ${child.lastWords()}`);
}
/** Does anything listen there? */
function accepts(address) {
    return new Promise((resolve) => {
        const socket = (0, node_net_1.connect)(address);
        const answer = (yes) => {
            socket.destroy();
            resolve(yes);
        };
        socket.once('connect', () => answer(true)).once('error', () => answer(false));
    });
}
//# sourceMappingURL=guarded-child.js.map