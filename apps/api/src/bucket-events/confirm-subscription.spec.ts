import { type fetchMedia, FetchMediaError, type FetchMediaSettings } from '@assay/fetch-media';
import { ProblemError } from '../problems/problem-error';
import { confirmSubscription } from './confirm-subscription';

const never = new AbortController().signal;
const query = '?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-central-1:123456789012:incoming&Token=23364f';

/** What was fetched, and how. */
function fetching(end?: Error) {
  const asked: { address: string; settings: FetchMediaSettings }[] = [];
  const get = (async (address, settings) => {
    asked.push({ address, settings });
    if (end) throw end;
  }) as typeof fetchMedia;
  return { asked, get };
}
const problemOf = (attempt: Promise<void>): Promise<unknown> =>
  attempt.then(
    () => null,
    (error: unknown) => (error instanceof ProblemError ? [error.problem.status, error.problem.type] : error),
  );

it.each(['eu-central-1.amazonaws.com', 'us-gov-west-1.amazonaws.com', 'cn-north-1.amazonaws.com.cn'])(
  'confirms to Amazon SNS in %s, and follows nothing from there',
  async (host) => {
    const { asked, get } = fetching();
    const address = `https://sns.${host}/${query}`;
    await confirmSubscription(address, { maxBytes: 4e9, ports: [443] }, never, get);
    expect(asked).toMatchObject([{ address, settings: { redirects: 0, ports: [443] } }]);
    expect(asked[0]!.settings.maxBytes).toBeLessThan(100_000);
  },
);

it.each([
  'no address',
  `http://sns.eu-central-1.amazonaws.com/${query}`,
  `https://sns.eu-central-1.amazonaws.com.evil.example/${query}`,
  `https://sns.eu-central-1.amazonaws.com@evil.example/${query}`,
  `https://evil.example\\@sns.eu-central-1.amazonaws.com/${query}`,
  `https://evil.example/sns.eu-central-1.amazonaws.com/${query}`,
  `https://sns.eu-central-1.amazonaws.com:8443/${query}`,
  `https://user:secret@sns.eu-central-1.amazonaws.com/${query}`,
  `https://sns.eu-central-1.amazonaws.com./${query}`,
  `https://xsns.eu-central-1.amazonaws.com/${query}`,
  `https://sns.evil.s3.eu-central-1.amazonaws.com/${query}`,
  `https://sns.amazonaws.com/${query}`,
  `https://sns.eu-central-1.amazonaws.org/${query}`,
  `https://sqs.eu-central-1.amazonaws.com/${query}`,
  'https://sns.eu-central-1.amazonaws.com/?Action=Publish&Message=x',
  `https://sns.eu-central-1.amazonaws.com/${query}&Action=Publish`,
  `https://sns.eu-central-1.amazonaws.com/elsewhere${query}`,
  `https://169.254.169.254/${query}`,
])('fetches nothing from %s', async (address) => {
  const { asked, get } = fetching();
  expect(await problemOf(confirmSubscription(address, { maxBytes: 1 }, never, get))).toEqual([
    422,
    'urn:problem-type:assay:subscription-not-allowed',
  ]);
  expect(asked).toEqual([]);
});

it('is asked again where SNS did not answer, and says so where the operator lets nothing out', async () => {
  const address = `https://sns.eu-central-1.amazonaws.com/${query}`;
  const end = (error: Error) => problemOf(confirmSubscription(address, { maxBytes: 1 }, never, fetching(error).get));
  for (const code of ['unreachable', 'timeout', 'status', 'redirects'] as const)
    expect(await end(new FetchMediaError(code, 'So it is.'))).toEqual([503, 'urn:problem-type:assay:unavailable']);
  expect(await end(new FetchMediaError('not_allowed', 'So it is.'))).toEqual([
    422,
    'urn:problem-type:assay:url-not-allowed',
  ]);
  const broken = new Error('broken');
  expect(await end(broken)).toBe(broken);
});
