import { formatVideoHash, type FrameHash, hashFromHex, matchVideos, parseVideoHash } from '.';

const frame = (number: number, digit: string, quality = 100): FrameHash => ({
  frame: number,
  quality,
  hash: hashFromHex(digit.repeat(64)),
  seconds: number / 25,
});

test('the text of vPDQ goes out and in', () => {
  const text = `0,100,${'a'.repeat(64)},0.000\n25,7,${'5'.repeat(64)},1.000\n`;
  expect(formatVideoHash([frame(0, 'a'), frame(25, '5', 7)])).toBe(text);
  expect(parseVideoHash(`${text}\r\n`)).toEqual([frame(0, 'a'), frame(25, '5', 7)]);
});

test.each([
  ['three fields', `0,100,${'a'.repeat(64)}`],
  ['a short hash', `0,100,${'a'.repeat(63)},0`],
  ['a quality over 100', `0,101,${'a'.repeat(64)},0`],
])('text with %s is refused by line', (_, line) => {
  expect(() => parseVideoHash(`0,100,${'a'.repeat(64)},0\n${line}\n`)).toThrow('line 2');
});

test('shares count frames found on either side; order and repetition count for nothing', () => {
  const whole = [frame(0, '0'), frame(25, '3'), frame(50, '5'), frame(75, 'f')];
  const excerpt = [frame(0, '5'), frame(25, '3'), frame(50, '3')];
  expect(matchVideos(excerpt, whole)).toEqual({ queryShare: 1, comparedShare: 0.5 });
  expect(matchVideos(whole, excerpt)).toEqual({ queryShare: 0.5, comparedShare: 1 });
});

test('frames that show nothing take no part', () => {
  expect(matchVideos([frame(0, '0', 49), frame(25, '5')], [frame(0, '0', 100)])).toEqual({
    queryShare: 0,
    comparedShare: 0,
  });
  expect(matchVideos([frame(0, '0', 49)], [frame(0, '0', 49)])).toEqual({ queryShare: 0, comparedShare: 0 });
});

test('31 bits match, 32 do not', () => {
  const [zero, at31, at32] = [
    '0'.repeat(64),
    `7${'f'.repeat(7)}${'0'.repeat(56)}`,
    `${'f'.repeat(8)}${'0'.repeat(56)}`,
  ];
  const of = (hex: string) => [{ ...frame(0, '0'), hash: hashFromHex(hex) }];
  expect(matchVideos(of(zero), of(at31)).queryShare).toBe(1);
  expect(matchVideos(of(zero), of(at32)).queryShare).toBe(0);
});
