import { parseRedisUrl } from './redis-address';

describe('the address of a Redis', () => {
  it.each([
    ['/run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
    ['unix:///run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
    ['unix:/run/redis.sock', { kind: 'socket', path: '/run/redis.sock' }],
    ['redis://cache', { kind: 'server', host: 'cache', port: 6379, db: 0, tls: false }],
    [
      'redis://u%40x:p%3Aw@cache:7000/2',
      { kind: 'server', host: 'cache', port: 7000, db: 2, username: 'u@x', password: 'p:w', tls: false },
    ],
    ['rediss://[::1]:7000', { kind: 'server', host: '::1', port: 7000, db: 0, tls: true }],
    [
      'redis-sentinel://a,b:26380,[::1]#main',
      {
        kind: 'sentinel',
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26380 },
          { host: '::1', port: 26379 },
        ],
        master: 'main',
        db: 0,
        tls: false,
      },
    ],
    [
      'rediss-sentinel://user:p%40ss@a:1/3?sentinelPassword=other%23#main',
      {
        kind: 'sentinel',
        sentinels: [{ host: 'a', port: 1 }],
        master: 'main',
        db: 3,
        username: 'user',
        password: 'p@ss',
        sentinelPassword: 'other#',
        tls: true,
      },
    ],
    [
      'redis-cluster://secret@a,b:7001/',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
        password: 'secret',
        tls: false,
      },
    ],
  ])('is read from %s', (url, expected) => expect(parseRedisUrl(url)).toEqual(expected));

  it.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://cache/first',
    'unix:relative.sock',
    'redis-sentinel://a,b',
    'redis-sentinel://#main',
    'redis-sentinel://a,,b#main',
    'redis-sentinel://a/first#main',
    'redis-cluster://a,b:port',
    'redis-cluster://a/1',
    'redis-cluster://a#main',
  ])('is not "%s"', (url) => expect(parseRedisUrl(url)).toBeNull());
});
