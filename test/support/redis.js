"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.startRedis = startRedis;
const node_fs_1 = require("node:fs");
const node_path_1 = require("node:path");
const guarded_child_1 = require("./guarded-child");
/** Under /tmp whatever TMPDIR says: a socket's path may have 108 characters at most. */
const folderPrefix = '/tmp/assay-redis-';
const startTimeoutMs = 10_000;
/** stdin is the leash: `cat` ends when this process does. */
const script = `
command -v redis-server >/dev/null || { echo 'redis-server is not installed' >&2; exit 127; }
redis-server --port 0 --unixsocket "$1/r.sock" --unixsocketperm 700 --dir "$1" --save '' --appendonly no >"$1/log" &
server=$!
trap : INT TERM HUP
cat >/dev/null
kill -9 $server; wait $server 2>/dev/null
rm -rf "$1"`;
/**
 * A Redis of the test's own: real, empty, without a port, gone when the test (or its process) is.
 *
 * @param at socket path of an earlier one that was closed: a Redis that comes back
 */
async function startRedis(at) {
    const folder = at ? (0, node_path_1.dirname)(at) : (0, node_fs_1.mkdtempSync)(folderPrefix);
    (0, node_fs_1.mkdirSync)(folder, { recursive: true });
    const path = `${folder}/r.sock`;
    const child = (0, guarded_child_1.startGuarded)(script, [folder]);
    await (0, guarded_child_1.untilReady)(child, 'redis-server', () => (0, guarded_child_1.accepts)({ path }), startTimeoutMs);
    return { path, url: `unix:${path}`, close: () => child.close() };
}
//# sourceMappingURL=redis.js.map