/**
 * The process that reads: one file, one answer on stdout, and gone. Native code that parses what strangers sent has no place in a
 * process that does anything else.
 *
 * Arguments: path, MIME type, and a PEM file of certificates to trust, if there is one.
 */
import type { CredentialsReading } from '@assay/contracts';
import { readFileSync } from 'node:fs';
import { readingOfError } from './reading-of-error';
import { summariseManifest } from './summarise-manifest';

/** Optional, so its types may not be there; this is all that is used of it. */
interface C2pa {
  Reader: {
    fromAsset(asset: { path: string; mimeType: string }, settings: object): Promise<{ json(): unknown } | null>;
  };
}
const library: string = '@contentauth/c2pa-node';

async function read(path: string, mimeType: string, anchorsFile: string | undefined): Promise<CredentialsReading> {
  const trustAnchors = anchorsFile === undefined ? undefined : readFileSync(anchorsFile, 'utf8');
  const hasTrustList = trustAnchors !== undefined;
  const settings = {
    // Nothing is fetched: neither manifests that lie elsewhere nor the state of certificates.
    verify: { remote_manifest_fetch: false, ocsp_fetch: false, verify_trust: hasTrustList },
    ...(hasTrustList ? { trust: { trust_anchors: trustAnchors } } : {}),
  };
  try {
    const { Reader } = (await import(library)) as C2pa;
    const reader = await Reader.fromAsset({ path, mimeType }, settings);
    if (reader === null) return { status: 'absent', notChecked: null, credentials: null };
    return summariseManifest(reader.json(), hasTrustList);
  } catch (error) {
    return readingOfError(error);
  }
}

const [path, mimeType, anchorsFile] = process.argv.slice(2);
if (path === undefined || mimeType === undefined) throw new Error('usage: reader-process <path> <MIME type> [anchors]');
void read(path, mimeType, anchorsFile).then((reading) => process.stdout.write(JSON.stringify(reading)));
