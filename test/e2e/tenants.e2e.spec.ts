/**
 * Two tenants on one service, each with a key of its own. Whatever one of them has:
 *
 * 1. The other finds, lists, changes and deletes nothing of it, and is told 404 as for what never was.
 * 2. The same file is each one's own: a first upload is 201 for both, and deleting one's leaves the other's.
 * 3. Events of scans go to the feed and the webhooks of their tenant alone.
 */
import { randomUUID } from 'node:crypto';
import { startTestApi, type TestApi } from '../support/api';

let api: TestApi;
let keyOfAcme: string;

beforeAll(async () => {
  api = await startTestApi();
  const asked = await api.ask('/v1/keys', json({ tenant: 'acme', name: 'first', roles: ['admin'] }));
  keyOfAcme = ((await asked.json()) as { key: string }).key;
});
afterAll(() => api.close());

type Ask = (path: string, init?: RequestInit) => Promise<Response>;
const mine: Ask = (path, init) => api.ask(path, init);
const acme: Ask = (path, init = {}) =>
  fetch(api.url + path, { ...init, headers: { ...init.headers, 'x-api-key': keyOfAcme } });

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const bytes = (content: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream' },
  body: content,
});
async function made(answer: Response): Promise<{ id: string; tenant: string }> {
  return (await answer.json()) as { id: string; tenant: string };
}

it('shows nothing of another, and says that it is not there', async () => {
  const media = await made(await mine('/v1/media', bytes(randomUUID())));
  const scan = await made(await mine('/v1/scans', json({ media: media.id })));
  const webhook = await made(await mine('/v1/webhooks', json({ url: 'https://93.184.216.34/hook' })));
  const begun = await mine('/v1/uploads', {
    method: 'POST',
    headers: { 'tus-resumable': '1.0.0', 'upload-length': '5', 'upload-metadata': 'filename eA==' },
  });
  const upload = String(begun.headers.get('location'));
  expect([media.tenant, scan.tenant, webhook.tenant, begun.status]).toEqual(['default', 'default', 'default', 201]);

  const tus = { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  const asked: [string, RequestInit?][] = [
    [`/v1/media/${media.id}`],
    [`/v1/media/${media.id}`, { method: 'DELETE' }],
    [`/v1/scans/${scan.id}`],
    [`/v1/scans/${scan.id}?wait=1`],
    [`/v1/scans/${scan.id}/events`],
    [`/v1/scans/${scan.id}/verdict`],
    [`/v1/scans/${scan.id}/verdict/signature`],
    [`/v1/scans/${scan.id}/evidence/timeline.svg`],
    [`/v1/scans/${scan.id}/cancel`, { method: 'POST' }],
    [`/v1/webhooks/${webhook.id}`],
    [`/v1/webhooks/${webhook.id}`, { ...json({ enabled: false }), method: 'PATCH' }],
    [`/v1/webhooks/${webhook.id}/rotate-secret`, json({})],
    [`/v1/webhooks/${webhook.id}/test`, { method: 'POST' }],
    [`/v1/webhooks/${webhook.id}/deliveries`],
    [`/v1/webhooks/${webhook.id}`, { method: 'DELETE' }],
    [upload],
    [upload, { method: 'HEAD', headers: tus }],
    [upload, { method: 'PATCH', headers: tus, body: 'bytes' }],
    [upload, { method: 'DELETE', headers: tus }],
    [`${upload}/complete`, { method: 'POST' }],
  ];
  for (const [path, init] of asked) {
    const answer = await acme(path, init);
    await answer.arrayBuffer();
    expect([path, init?.method ?? 'GET', answer.status]).toEqual([path, init?.method ?? 'GET', 404]);
  }
  expect((await acme('/v1/scans', json({ media: media.id }))).status).toBe(422);
  expect(await (await acme('/v1/scans')).json()).toEqual({ scans: [], next: null });
  expect(await (await acme('/v1/webhooks')).json()).toEqual({ webhooks: [] });

  // It was all still there for its owner, unchanged.
  expect((await mine(`/v1/scans/${scan.id}`)).status).toBe(200);
  expect(await (await mine(`/v1/webhooks/${webhook.id}`)).json()).toMatchObject({ enabled: true });
  const head = await mine(upload, { method: 'HEAD', headers: tus });
  // What the service notes beside the sender's metadata is not shown.
  expect([head.headers.get('upload-offset'), head.headers.get('upload-metadata')]).toEqual(['0', 'filename eA==']);
  expect((await mine(upload, { method: 'PATCH', headers: tus, body: 'bytes' })).status).toBe(204);
  expect(await (await mine(upload)).json()).toMatchObject({ tenant: 'default', state: 'taken' });
});

it('keeps apart who has the same file', async () => {
  const content = randomUUID();
  const [first, again, theirs] = [
    await mine('/v1/media', bytes(content)),
    await mine('/v1/media', bytes(content)),
    await acme('/v1/media', bytes(content)),
  ];
  expect([first.status, again.status, theirs.status]).toEqual([201, 200, 201]);
  const { id } = await made(first);
  expect(await made(theirs)).toMatchObject({ id, tenant: 'acme' });
  const scans = [await mine('/v1/scans', json({ media: id })), await acme('/v1/scans', json({ media: id }))];
  const [own, other] = await Promise.all(scans.map(made));
  expect(own?.id).not.toBe(other?.id);

  expect((await mine(`/v1/media/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await mine(`/v1/media/${id}`)).status).toBe(404);
  expect((await acme(`/v1/media/${id}`)).status).toBe(200);
  expect((await acme(`/v1/scans/${other?.id}`)).status).toBe(200);
  expect(await api.stored()).toContain(`media/${id}`);
  expect((await acme(`/v1/media/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await api.stored()).filter((key) => key.startsWith(`media/${id}`))).toEqual([]);
});

it('tells events to their tenant alone', async () => {
  const { id: media } = await made(await acme('/v1/media', bytes(randomUUID())));
  const scan = await made(await acme('/v1/scans', json({ media })));
  expect((await acme(`/v1/scans/${scan.id}/cancel`, { method: 'POST' })).status).toBe(200);
  const feed = async (ask: Ask) => (await ((await ask('/v1/events')).json() as Promise<{ events: unknown[] }>)).events;
  expect(await feed(acme)).toEqual([
    expect.objectContaining({ data: expect.objectContaining({ scan: scan.id, tenant: 'acme', state: 'cancelled' }) }),
  ]);
  expect(JSON.stringify(await feed(mine))).not.toContain(scan.id);
});
