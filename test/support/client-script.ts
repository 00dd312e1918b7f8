import { type AssayClient, verifyVerdict, verifyWebhook } from '@assay/client';
import type { ScanNews, Verdict } from '@assay/contracts';
import { plainHeaders, type Receiver } from './receiver';

export interface ScriptInput {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What a platform does with the service, from its first upload to the deletion. */
export interface ScriptReport {
  /** Verdicts in the order of the inputs. */
  verdicts: Verdict[];
  /** Of each scan: from its first event to its last, without repetitions. */
  states: string[][];
  /** Of each verdict, every path at which it has a value, lists as one: two that are alike have the same. */
  shapes: string[][];
  evidence: { type: string; bytes: number }[];
  /** Events of the feed, and those that came by webhook, by scan. */
  fed: ScanNews[];
  told: ScanNews[];
  refusals: string[];
}

/** The same calls against any service: nothing in here asks whether it is a mock. */
export async function clientScript(
  client: AssayClient,
  receiver: Receiver,
  inputs: ScriptInput[],
): Promise<ScriptReport> {
  const report: ScriptReport = {
    verdicts: [],
    states: [],
    shapes: [],
    evidence: [],
    fed: [],
    told: [],
    refusals: [],
  };
  const refused = async (what: Promise<unknown>): Promise<void> => {
    const error = await what.then(() => null).catch((failure: unknown) => failure as { name: string; code?: string });
    report.refusals.push(error ? `${error.name} ${error.code ?? ''}` : 'none');
  };
  const { next: cursor } = await client.listEvents();
  const webhook = await client.webhooks.create({ url: receiver.url, events: ['verdict.published'] });
  const rotated = await client.webhooks.rotateSecret(webhook.id, { signing: 'ed25519' });
  const [publicKey] = rotated.secrets.flatMap((secret) => secret.publicKey ?? []);
  const ids: { media: string; scan: string }[] = [];
  for (const { name, bytes } of inputs) {
    const { id: media } = await client.uploadMedia(new Blob([bytes]), { name });
    const { id: scan } = await client.createScan({ media });
    const states: string[] = [];
    const onEvent = ({ state }: { state: string }): unknown => states.at(-1) !== state && states.push(state);
    const verdict = await client.waitForVerdict(scan, { onEvent });
    ids.push({ media, scan });
    report.verdicts.push(verdict);
    report.states.push(states);
    report.shapes.push([...new Set(pathsOf(verdict))].sort());
    await refused(
      verifyVerdict({ ...verdict, probability: 0.123 }, await client.getSignature(scan), await client.publicKeys()),
    );
    if ((await client.getSignedVerdict(scan)).scan !== scan) throw new Error('the signed verdict is of another scan');
    if ((await client.createScan({ media })).id !== scan) throw new Error('asked again, there is another scan');
    for (const picture of verdict.tracks[0]?.evidence.slice(0, 1) ?? []) {
      const blob = await client.getEvidence(scan, picture.crop);
      report.evidence.push({ type: blob.type, bytes: blob.size });
    }
  }
  for await (const event of client.feed({ after: cursor, limit: 1 })) {
    report.fed.push(event);
    if (report.fed.length === inputs.length) break;
  }
  for (const message of await receiver.until(inputs.length)) {
    const news = await verifyWebhook({ headers: plainHeaders(message), body: message.body }, [webhook.secret ?? '']);
    // Both secrets sign while the old one gives way.
    await verifyWebhook({ headers: message.headers, body: message.body }, publicKey ?? '');
    if (news.type !== 'webhook.test') report.told.push(news);
  }
  const [first] = receiver.received;
  const altered = { headers: plainHeaders(first!), body: first!.body.replace('done', 'DONE') };
  await refused(verifyWebhook(altered, [webhook.secret ?? '', publicKey ?? '']));
  await refused(
    verifyWebhook({ ...altered, body: first!.body }, webhook.secret ?? '', { now: Date.now() + 3_600_000 }),
  );
  for (const { media, scan } of ids) {
    await client.deleteMedia(media);
    await refused(client.getVerdict(scan));
    await refused(client.getMedia(media));
  }
  await client.webhooks.delete(webhook.id);
  return report;
}

function pathsOf(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, item]) => pathsOf(item, `${at}.${name}`));
}
