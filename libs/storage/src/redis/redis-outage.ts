/** Replies that say "not now" rather than "not like this". */
const passingReply =
  /^(LOADING|READONLY|OOM|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS|NOPERM|NOREPLICAS|UNKILLABLE|UNBLOCKED)\b/;

/** What the driver says of a Redis that is away: plain errors, by their words alone. */
const away = new RegExp(
  `^(${[
    'Reached the max retries per request limit',
    'Connection is closed',
    'Command timed out',
    "Stream isn't write",
    'Socket (closed|timeout)',
    // Of a cluster, and of sentinels.
    'Too many Cluster redirections',
    'None of startup nodes is available',
    'Failed to refresh slots cache',
    'Cluster (is ended|isn.t ready)',
    'All sentinels are unreachable',
  ].join('|')})`,
);

/** Redis, or the part of it that was asked, is away or not ready: worth waiting for. */
export function isRedisOutage({ message }: Error): boolean {
  return passingReply.test(message) || away.test(message);
}
