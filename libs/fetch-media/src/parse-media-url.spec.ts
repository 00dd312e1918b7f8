import { nameOfUrl, parseMediaUrl, parseRedirect } from './parse-media-url';

describe('parseRedirect', () => {
  const secure = new URL('https://media.example/a');
  const plain = new URL('http://media.example/a');

  it('never leaves https, also not after a hop that was https', () => {
    const hop = parseRedirect('https://cdn.example/', secure, secure);
    expect(() => parseRedirect('http://cdn.example/', hop, secure)).toThrow('from https to http');
    expect(() => parseRedirect('HTTP://cdn.example/', secure, secure)).toThrow('from https to http');
  });

  it('follows what began as http to both, and relative addresses', () => {
    expect(parseRedirect('https://cdn.example/', plain, plain).href).toBe('https://cdn.example/');
    expect(parseRedirect('http://cdn.example/', secure, plain).href).toBe('http://cdn.example/');
    expect(parseRedirect('../b?c', secure, secure).href).toBe('https://media.example/b?c');
    expect(parseRedirect('//cdn.example/', secure, secure).href).toBe('https://cdn.example/');
  });
});

it('takes ports of the web and refuses those of other services', () => {
  for (const port of ['', ':8080', ':8443', ':9000']) parseMediaUrl(`https://media.example${port}/`);
  for (const port of [22, 25, 53, 143, 6667]) {
    expect(() => parseMediaUrl(`https://media.example:${port}/`)).toThrow('port');
  }
});

it.each([
  ['https://media.example/a%20b.mp4?x=1', 'a b.mp4'],
  ['https://media.example/%E0%A4%A', '%E0%A4%A'],
  ['https://media.example/', 'media.example'],
])('names %s as %s', (url, name) => expect(nameOfUrl(url)).toBe(name));
