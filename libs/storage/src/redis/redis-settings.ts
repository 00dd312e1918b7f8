/** `redis://`, `rediss://` or `unix:/path` in `url`; or the socket's `path`. */
export type RedisIndexSettings = { url: string } | { path: string };
