import net from 'node:net';
import { fetchMedia } from './fetch-media';
import { FetchMediaError } from './fetch-media-error';
import { isGlobalAddress } from './global-address';
import { privateNetworks } from './networks';
import type { FetchMediaSettings } from './settings';
import { listen, type TestServer, textOf, through } from './testing/test-server';

/**
 * Invariant: nothing that a URL, a name server or a redirect says makes this process connect to an address that is not
 * public. Counted twice: no call to connect, and no connection at a server that listens on loopback.
 */
describe('server-side request forgery', () => {
  const never = new AbortController().signal;
  let trap: TestServer;
  let front: TestServer;
  let connect: jest.SpiedFunction<typeof net.Socket.prototype.connect>;

  beforeAll(async () => {
    trap = await listen((_request, response) => response.end('secret'));
    front = await listen((request, response) => {
      const to = new URL(request.url ?? '', 'http://front').searchParams.get('to');
      if (to === null) return response.end('media');
      response.writeHead(302, { location: to }).end();
    });
  });
  afterAll(() => Promise.all([trap.close(), front.close()]));
  beforeEach(() => void (connect = jest.spyOn(net.Socket.prototype, 'connect')));
  afterEach(() => connect.mockRestore());

  const here = (text: string): string =>
    text.replaceAll('TRAP', String(trap.port)).replaceAll('FRONT', String(front.port));
  async function refusalOf(url: string, settings: FetchMediaSettings): Promise<FetchMediaError> {
    const end = await fetchMedia(here(url), settings, textOf, never).catch((error: unknown) => error);
    if (!(end instanceof FetchMediaError)) throw new Error(`not refused but ${String(end)}`);
    return end;
  }

  const literals = [
    // Loopback, as every parser of numbers reads it.
    'http://127.0.0.1:TRAP/',
    'http://127.1:TRAP/',
    'http://127.0.1:TRAP/',
    'http://2130706433:TRAP/',
    'http://017700000001:TRAP/',
    'http://0x7f000001:TRAP/',
    'http://0x7F.0.0.1:TRAP/',
    'http://0x7f.1:TRAP/',
    'http://0177.0.0.1:TRAP/',
    'http://0177.0x0.0.0x1:TRAP/',
    'http://00000177.0.0.01:TRAP/',
    'http://127.255.255.254:TRAP/',
    'http://127.0.0.1.:TRAP/',
    'http://%31%32%37.0.0.1:TRAP/',
    'http://127%2e0%2e0%2e1:TRAP/',
    'http://127。0。0。1:TRAP/',
    'http://127.0.0.1:TRAP/',
    'http://①②⑦.0.0.1:TRAP/',
    'http://0:TRAP/',
    'http://0.0.0.0:TRAP/',
    'http:127.0.0.1:TRAP/',
    'http:\\\\127.0.0.1:TRAP\\',
    'http:///127.0.0.1:TRAP/',
    '\thttp://127.0.0.1:TRAP/\n',
    'HTTP://127.0.0.1:TRAP/',
    // Other special-purpose networks of IPv4.
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/latest/meta-data/',
    'http://2852039166/latest/meta-data/',
    'http://192.0.0.8/',
    'http://192.0.2.1/',
    'http://192.88.99.1/',
    'http://198.18.0.1/',
    'http://198.51.100.1/',
    'http://203.0.113.1/',
    'http://224.0.0.1/',
    'http://240.0.0.1/',
    'http://255.255.255.255/',
    // IPv6.
    'http://[::1]:TRAP/',
    'http://[0:0:0:0:0:0:0:1]:TRAP/',
    'http://[0000::0001]:TRAP/',
    'http://[::]:TRAP/',
    'http://[::ffff:127.0.0.1]:TRAP/',
    'http://[::ffff:7f00:1]:TRAP/',
    'http://[0:0:0:0:0:FFFF:7f00:0001]:TRAP/',
    'http://[::127.0.0.1]:TRAP/',
    'http://[::ffff:0:127.0.0.1]:TRAP/',
    'http://[64:ff9b::127.0.0.1]:TRAP/',
    'http://[64:ff9b:1::7f00:1]:TRAP/',
    'http://[2002:7f00:1::]:TRAP/',
    'http://[2002:a9fe:a9fe::1]/',
    'http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/',
    'http://[fe80::1]/',
    'http://[fe80::1%25lo]/',
    'http://[fe80::1%lo]/',
    'http://[fec0::1]/',
    'http://[fc00::1]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://[3fff::1]/',
    'http://[5f00::1]/',
    'http://[100::1]/',
    'http://[2001:2::1]/',
    'http://[4000::1]/',
    // Names and passwords that look like hosts, and hosts that look like them.
    'http://media.example@127.0.0.1:TRAP/',
    'http://127.0.0.1:TRAP@media.example/',
    'http://user:secret@media.example/',
    'http://media.example:80@127.0.0.1:TRAP/',
    'http://media.example%40127.0.0.1:TRAP/',
    'http://127.0.0.1:TRAP\\@media.example/',
    'http://127.0.0.1:TRAP#@media.example/',
    'http://127.0.0.1:TRAP?@media.example/',
    // The system's own names.
    'http://localhost:TRAP/',
    'http://LOCALHOST.:TRAP/',
    'http://ⓛocalhost:TRAP/',
    // Other schemes, and ports that speak another language.
    'ftp://media.example/clip.mp4',
    'file:///etc/passwd',
    'gopher://127.0.0.1:TRAP/_x',
    'data:video/mp4;base64,AAAA',
    'unix:/run/redis.sock',
    'ws://127.0.0.1:TRAP/',
    'http://93.184.216.34:25/',
    'http://93.184.216.34:6667/',
    'http://93.184.216.34:99999/',
    '//127.0.0.1:TRAP/',
    'http://',
    'not an address',
    '',
  ];
  it.each(literals)('refuses %j without a connection', async (url) => {
    const refusal = await refusalOf(url, { maxBytes: 1000 });
    expect(refusal.code).toBe('not_allowed');
    expect([connect.mock.calls.length, trap.connections()]).toEqual([0, 0]);
  });

  const answers = [
    ['127.0.0.1'],
    ['93.184.216.34', '10.0.0.1'],
    ['10.0.0.1', '93.184.216.34'],
    ['93.184.216.34', '::ffff:10.0.0.1'],
    ['2606:2800:220:1::1', 'fd00::1'],
    ['2606:2800:220:1::1%lo'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::1'],
    ['169.254.169.254'],
    ['0.0.0.0'],
    ['not an address'],
  ];
  it.each(answers)('refuses a name that stands for %s, and does not say what it stands for', async (...addresses) => {
    const resolve = async () => addresses.map((address) => ({ address, family: net.isIP(address) }));
    const refusal = await refusalOf('http://rebind.example:TRAP/', { maxBytes: 1000, resolve });
    expect(refusal.code).toBe('not_allowed');
    for (const address of addresses) expect(JSON.stringify([refusal.message, refusal])).not.toContain(address);
    expect([connect.mock.calls.length, trap.connections()]).toEqual([0, 0]);
  });

  // A header holds ASCII; and what has no slashes would be relative to the address that redirects.
  const targets = literals.filter((url) => /^(\w+:)?\/\/[\x20-\x7e]+$/.test(url) && !url.includes('media.example/'));
  it.each([...targets, 'http://user:secret@media.example/'])('refuses a redirect to %j', async (to) => {
    // The product's own judgement, but for the first hop, which has to reach the test's server.
    const isAllowed = (address: string, port: number) => port === front.port || isGlobalAddress(address);
    const url = `http://media.example:FRONT/?to=${encodeURIComponent(here(to))}`;
    expect((await refusalOf(url, through(front, { isAllowed }))).code).toBe('not_allowed');
    expect([connect.mock.calls.length, trap.connections()]).toEqual([1, 0]);
  });

  it('asks the name server once a hop, and connects to what was checked', async () => {
    let asked = 0;
    const resolve = async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    const settings = through(front, { resolve });
    expect(await fetchMedia(here('http://rebind.example:FRONT/'), settings, textOf, never)).toBe('media');
    expect(asked).toBe(1);
  });

  it('checks a name again at each redirect', async () => {
    let asked = 0;
    const resolve = async () => [{ address: (asked += 1) === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    const refusal = await refusalOf('http://rebind.example:FRONT/?to=/again', through(front, { resolve }));
    expect([refusal.code, asked, connect.mock.calls.length]).toEqual(['not_allowed', 2, 1]);
  });

  it('uses no proxy from the environment', async () => {
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : here('http://127.0.0.1:TRAP');
    try {
      expect(await fetchMedia(here('http://media.example:FRONT/'), through(front), textOf, never)).toBe('media');
      expect(trap.connections()).toBe(0);
    } finally {
      names.forEach((name, at) => {
        if (before[at] === undefined) delete process.env[name];
        else process.env[name] = before[at];
      });
    }
  });

  it('lets private networks through where they are named, and link-local never with them', async () => {
    const settings = { maxBytes: 1000, privateNetworks };
    expect(await fetchMedia(here('http://127.0.0.1:FRONT/'), settings, textOf, never)).toBe('media');
    expect((await refusalOf('http://169.254.169.254/', settings)).code).toBe('not_allowed');
    expect((await refusalOf('http://[::ffff:127.0.0.1]:FRONT/', settings)).code).toBe('not_allowed');
    expect((await refusalOf('http://127.0.0.1:FRONT/', { ...settings, ports: [80, 443] })).code).toBe('not_allowed');
  });
});
