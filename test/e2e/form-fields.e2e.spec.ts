/**
 * What a form says beside its file, through the HTTP API. What holds:
 * - name, subject and wishes for a scan count before the file and behind it, and mean what they mean to tus;
 * - a field that nobody knows, that is there twice, too long or wrong is a problem that names it, wherever it stands, and so is one
 *   that its header contradicts; nothing is kept of such a form, nor of one that is cut off behind its file;
 * - an Idempotency-Key belongs to the fields as well.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Problem } from '@assay/contracts';
import { apiChecker, type ApiChecker } from '../../apps/api/testing/api-checker';
import { startTestApi, type TestApi } from '../support/api';

const bytes = randomBytes(200_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const json = { 'content-type': 'application/json' };
type Field = [name: string, value: string];

let api: TestApi;
let description: ApiChecker;
beforeAll(async () => {
  api = await startTestApi({ ASSAY_WEBHOOK_PRIVATE_NETWORKS: '127.0.0.0/8' });
  description = await apiChecker(api.url);
});
afterAll(() => api?.close());
afterEach(async () => {
  await api.ask(`/v1/media/${sha256}`, { method: 'DELETE' });
});

/** As a browser or curl would: in the order that they are given in, `file` as the file. */
function formOf(...fields: (Field | 'file')[]): FormData {
  const form = new FormData();
  for (const field of fields) {
    if (field === 'file') form.append('file', new Blob([new Uint8Array(bytes)]), 'clip.mp4');
    else form.append(...field);
  }
  return form;
}
const upload = (body: BodyInit, headers: Record<string, string> = {}): Promise<Response> =>
  api.ask('/v1/media', { method: 'POST', body, headers });
async function refused(answer: Promise<Response>, status: number, code: string): Promise<Problem> {
  const response = await answer;
  const problem = Problem.parse(await response.json());
  expect([response.status, problem.type]).toEqual([status, `urn:problem-type:assay:${code}`]);
  expect((await api.stored()).filter((key) => !key.startsWith('webhook-secrets/'))).toEqual([]);
  return problem;
}

describe.each(['before', 'behind'] as const)('%s the file', (where) => {
  const form = (...fields: Field[]): FormData =>
    where === 'before' ? formOf(...fields, 'file') : formOf('file', ...fields);

  it('name and subject count', async () => {
    const response = await upload(form(['name', 'Ünïcode.mp4'], ['subject', 'account 4711 é']));
    await description.check('POST', '/v1/media', response.clone());
    expect([response.status, await response.json()]).toEqual([
      201,
      expect.objectContaining({ id: sha256, name: 'Ünïcode.mp4' }),
    ]);
    const target = { kind: 'subject', subject: 'account 4711 é' };
    const hold = await api.ask('/v1/holds', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ target, reason: 'Is it about him?' }),
    });
    expect((await api.ask(`/v1/media/${sha256}`, { method: 'DELETE' })).status).toBe(409);
    await api.ask(`/v1/holds/${(await hold.json()).id}`, { method: 'DELETE' });
  });

  it('a scan is asked for as by tus', async () => {
    const response = await upload(form(['scan', 'true'], ['priority', 'live']));
    await description.check('POST', '/v1/media', response.clone());
    const { scan, ...media } = await response.json();
    expect([response.status, media.id, response.headers.get('assay-scan')]).toEqual([201, sha256, scan]);
    expect(await (await api.ask(`/v1/scans/${scan}`)).json()).toMatchObject({ media: sha256, priority: 'live' });
    const { scan: byTus } = await api.client.uploadResumable(bytes, { scan: true });
    expect(byTus).toBe(scan);
    expect((await (await upload(form(['policy', 'default']))).json()).scan).toBe(scan);
    expect(await (await upload(form(['scan', 'false']))).json()).not.toHaveProperty('scan');
  });

  it('a callback is called for that scan', async () => {
    await api.ask('/v1/callback-secret/rotate', { method: 'POST', headers: json, body: '{}' });
    const callback = JSON.stringify({ url: 'http://127.0.0.1:8999/done' });
    // In either order: what asks for the scan may come last.
    const { scan } = await (await upload(form(['callback', callback], ['scan', 'true']))).json();
    const { callbacks } = await (await api.ask(`/v1/scans/${scan}/callbacks`)).json();
    expect(callbacks).toMatchObject([{ url: 'http://127.0.0.1:8999/done' }]);
  });

  it.each<[string, Field[], string, string]>([
    ['one that nobody knows', [['tags', 'x']], 'tags', 'unknown field'],
    ['one of a prototype', [['__proto__', 'x']], '__proto__', 'unknown field'],
    ['one in other letters', [['Subject', 'x']], 'Subject', 'unknown field'],
    ['one that is there twice', [['subject', 'x'], ['subject', 'x']], 'subject', 'is there twice'], // prettier-ignore
    ['an empty subject', [['subject', '']], 'subject', 'must be 1 to 255 characters of text'],
    ['a subject with a line feed', [['subject', 'a\nb']], 'subject', 'must be 1 to 255 characters of text'],
    ['a long name', [['name', 'x'.repeat(256)]], 'name', 'must be 1 to 255 characters'],
    ['a very long value', [['callback', 'x'.repeat(9_000)]], 'callback', 'is too long'],
    ['a wish that is neither', [['scan', 'yes']], 'scan', 'must be "true" or "false"'],
    ['an unknown lane', [['priority', 'now']], 'priority', 'must be one of live, standard, backfill'],
    ['a callback that is no JSON', [['scan', 'true'], ['callback', '{']], 'callback', 'must be JSON'], // prettier-ignore
    ['one that is called file', [['file', 'x']], 'file', 'must be a file, sent with a file name'],
    [
      'a callback without a scan',
      [['callback', '{"url":"https://x.example"}']],
      'callback',
      'needs a scan: ask for one by "scan" or "policy"',
    ],
  ])('refuses %s', async (_what, fields, path, message) => {
    const { errors } = await refused(upload(form(...fields)), 400, 'invalid-request');
    expect(errors).toEqual([{ path, message }]);
  });

  it('refuses a policy that is not there, and a callback that may not be called', async () => {
    await refused(upload(form(['policy', 'strict'])), 422, 'unknown-policy');
    const inside = form(['scan', 'true'], ['callback', '{"url":"http://10.0.0.1/"}']);
    const { errors } = await refused(upload(inside), 422, 'url-not-allowed');
    expect(errors?.[0]?.path).toBe('callback.url');
  });

  it('refuses what a header contradicts, and takes what it says as well', async () => {
    const both = form(['subject', 'ä 1'], ['name', 'b.mp4']);
    const agreeing = { 'assay-subject': '%C3%A4%201', 'x-file-name': 'b.mp4' };
    const subject = await refused(upload(both, { ...agreeing, 'assay-subject': 'c' }), 400, 'invalid-request');
    expect(subject.errors).toEqual([{ path: 'subject', message: 'is not what the header Assay-Subject says' }]);
    const name = await refused(upload(both, { ...agreeing, 'x-file-name': 'c.mp4' }), 400, 'invalid-request');
    expect(name.errors).toEqual([{ path: 'name', message: 'is not what the header X-File-Name says' }]);
    expect(await (await upload(both, agreeing)).json()).toMatchObject({ name: 'b.mp4' });
  });

  it('refuses a field that is a file', async () => {
    const odd = form();
    odd.append('subject', new Blob(['x']), 'subject.txt');
    const { errors } = await refused(upload(odd), 400, 'invalid-request');
    expect(errors).toEqual([{ path: 'subject', message: 'must be text, and no file' }]);
  });

  it('an Idempotency-Key belongs to it', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await upload(form(['subject', 'a'], ['scan', 'true']), key);
    const again = await upload(form(['subject', 'a'], ['scan', 'true']), key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await again.json()).toEqual(await first.json());
    const other = await upload(form(['subject', 'b'], ['scan', 'true']), key);
    expect([other.status, (await other.json()).type]).toEqual([422, 'urn:problem-type:assay:idempotency-key-reused']);
    expect((await upload(form(), key)).status).toBe(422);
  });
});

it('a header names the file of a form, and the file itself where nobody else does', async () => {
  expect(await (await upload(formOf('file'), { 'x-file-name': 'h%20.mp4' })).json()).toMatchObject({ name: 'h .mp4' });
  await api.ask(`/v1/media/${sha256}`, { method: 'DELETE' });
  expect(await (await upload(formOf('file'))).json()).toMatchObject({ name: 'clip.mp4' });
});

it('keeps nothing of a form with two files', async () => {
  await refused(upload(formOf('file', 'file')), 400, 'malformed-form');
});

it('keeps nothing of a form that ends behind its file, or has too many parts', async () => {
  const part = (name: string, value: string | Buffer, more = '') =>
    Buffer.concat([
      Buffer.from(`--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]);
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  const file = part('file', bytes, '; filename="a"');
  const cut = Buffer.concat([file, part('subject', 'x'), Buffer.from('--b\r\n')]);
  await refused(upload(new Uint8Array(cut), type), 400, 'incomplete-upload');
  // Those without a name are passed over by the parser, and would be for ever.
  const nameless = Buffer.from('--b\r\ncontent-type: text/plain\r\n\r\nx\r\n'.repeat(100));
  await refused(
    upload(new Uint8Array(Buffer.concat([file, nameless, Buffer.from('--b--\r\n')])), type),
    400,
    'malformed-form',
  );
  const unnamed = Buffer.from('--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n');
  await refused(upload(new Uint8Array(Buffer.concat([file, unnamed])), type), 400, 'invalid-request');
});
