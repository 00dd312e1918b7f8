import type { TestApi } from './api';

export interface TusAnswer {
  status: number;
  headers: Headers;
  /** Last part of the problem's type; null where the answer is none. */
  problem: string | null;
}

type Api = Pick<TestApi, 'url' | 'key'>;

/** One request of the protocol, by hand: a client that helps itself would hide what is wrong. */
export async function tus(
  { url, key }: Api,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Uint8Array<ArrayBuffer>,
): Promise<TusAnswer> {
  const response = await fetch(url + path, {
    method,
    headers: { 'tus-resumable': '1.0.0', 'x-api-key': key, ...headers },
    ...(body ? { body } : {}),
  });
  const text = await response.text();
  // The answer to a HEAD says its type and has no body.
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const problem = isProblem && text ? String(JSON.parse(text).type).replace('urn:problem-type:assay:', '') : null;
  return { status: response.status, headers: response.headers, problem };
}

export const metadataOf = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');

/** @returns the upload's path */
export async function begin(api: Api, bytes: number, metadata: Record<string, string> = {}): Promise<string> {
  const headers = {
    'upload-length': String(bytes),
    'upload-metadata': metadataOf({ filename: 'clip.mp4', ...metadata }),
  };
  const answer = await tus(api, 'POST', '/v1/uploads', headers);
  if (answer.status !== 201) throw new Error(`the upload was not begun: ${answer.status} ${answer.problem}`);
  return String(answer.headers.get('location'));
}

export function append(
  api: Api,
  path: string,
  offset: number,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<TusAnswer> {
  const given = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers };
  return tus(api, 'PATCH', path, given, new Uint8Array(body));
}

export async function offsetOf(api: Api, path: string): Promise<number> {
  return Number((await tus(api, 'HEAD', path)).headers.get('upload-offset'));
}
