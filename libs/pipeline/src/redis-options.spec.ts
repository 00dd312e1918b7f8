import { redisOptions } from './redis-options';

describe('redisOptions', () => {
  it.each([
    ['/run/redis.sock', { path: '/run/redis.sock' }],
    ['unix:///run/redis.sock', { path: '/run/redis.sock' }],
    ['unix:/run/redis.sock', { path: '/run/redis.sock' }],
    ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
    ['redis://u%40x:p%3Aw@cache:7000/2', { host: 'cache', port: 7000, db: 2, username: 'u@x', password: 'p:w' }],
    ['rediss://[::1]:7000', { host: '::1', port: 7000, db: 0, tls: {} }],
  ])('reads %s', (url, expected) => expect(redisOptions(url)).toEqual(expected));

  it.each(['', 'cache:6379', 'http://cache', 'redis://', 'redis://cache/first', 'unix:relative.sock'])(
    'refuses "%s"',
    (url) => expect(redisOptions(url)).toBeNull(),
  );
});
