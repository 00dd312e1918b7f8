import type { CredentialsNotChecked, CredentialsReading } from '@assay/contracts';

export const notChecked = (reason: CredentialsNotChecked): CredentialsReading => ({
  status: 'not_checked',
  notChecked: reason,
  credentials: null,
});

/** Errors of c2pa-rs that are about the manifest, not about the file around it: there is one, and it cannot be read. */
const brokenManifest =
  /^C2pa\((Jumbf|Cbor|Claim|InvalidClaim|Assertion|Cose|Hash|TooManyManifestStores|Ingredient|Redaction)/;

const loadErrors = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED', 'ERR_REQUIRE_ESM']);

/** What an error of the reader means for the file. The library names its errors by their Rust variant, as in `C2pa(UnsupportedType)`. */
export function readingOfError(error: unknown): CredentialsReading {
  const { name, code } = error as { name?: unknown; code?: unknown };
  if (typeof code === 'string' && loadErrors.has(code)) return notChecked('reader_missing');
  const variant = typeof name === 'string' ? name : '';
  if (variant.startsWith('C2pa(UnsupportedType')) return notChecked('format_not_covered');
  if (variant.startsWith('C2pa(RemoteManifest')) return notChecked('remote_only');
  if (brokenManifest.test(variant)) return { status: 'invalid', notChecked: null, credentials: null };
  return notChecked('reader_failed');
}
