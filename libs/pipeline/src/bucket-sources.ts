import { readFile } from 'node:fs/promises';
import { CreateScan, type Policy, TenantId } from '@assay/contracts';
import { z } from 'zod';
import { ConfigError } from './config-error';

/** A bucket whose new objects are taken in, and for whom. */
export const BucketSource = z.strictObject({
  bucket: z.string().min(1).max(255),
  /** Who gets what is put there, and whose keys may tell of it. */
  tenant: TenantId,
  /** Without it: AWS. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
  region: z.string().min(1).default('us-east-1'),
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  /** `endpoint/bucket/key`: as most servers but AWS want it, and so the default where there is an endpoint. */
  forcePathStyle: z.boolean().optional(),
  /** Only objects whose key begins like this. */
  prefix: z.string().max(1024).default(''),
  /** Options of the scans that are asked for; null = objects are taken in and not scanned. */
  scan: CreateScan.omit({ media: true }).nullable().default({}),
});
export type BucketSource = z.infer<typeof BucketSource>;

const name = 'ASSAY_BUCKETS_FILE';

/**
 * The buckets that the operator has named; none without a file.
 *
 * @throws ConfigError that names the field at fault, and never its value: the file holds secrets
 */
export async function loadBucketSources(
  file: string | null,
  policies: ReadonlyMap<string, Policy>,
): Promise<BucketSource[]> {
  if (!file) return [];
  const problem = (message: string) => new ConfigError([{ name, message }]);
  let document: unknown;
  try {
    document = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw problem('must name a readable JSON file');
  }
  const parsed = z.array(BucketSource).safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw problem(`holds no list of buckets: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const seen = new Set<string>();
  for (const { bucket, tenant, scan } of parsed.data) {
    if (seen.has(`${tenant}/${bucket}`)) throw problem(`names the bucket "${bucket}" of "${tenant}" twice`);
    seen.add(`${tenant}/${bucket}`);
    const policy = scan?.policy;
    if (policy !== undefined && !policies.has(policy)) throw problem(`names a policy that is not there: "${policy}"`);
  }
  return parsed.data;
}
