import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type SignatureFault, VerdictSignature } from '@assay/contracts';
import { checkSignature } from '@assay/pipeline';
import pc from 'picocolors';
import { z } from 'zod';
import { CliError, ExitCode } from '../exit';
import { untilInterrupted } from '../interrupt';
import { readPublicKeys } from '../verify/read-public-keys';

export interface VerifySignatureOptions {
  /** File or http(s) address with the public key or keys. */
  key: string;
  /** File; absent = beside the verdict: `x.sig.json` for `x.json`. */
  signature?: string;
  json?: boolean;
}

/** What a signature needs of a verdict; the rest is signed, whatever it is. */
const Signed = z.looseObject({ scan: z.string(), media: z.string().nullable() });

type Fault = SignatureFault | 'other_file';

const words: Record<Fault, string> = {
  unknown_key: 'it was signed with another key than those given',
  other_verdict: 'the signature belongs to the verdict of another scan',
  altered: 'the verdict was changed after it was signed, or the signature was',
  other_file: 'the verdict is genuine, but speaks of another file',
};

/**
 * Checks who vouches for a verdict, with nothing but the documents and a public key; and, with a file, whether it is the
 * one that the verdict speaks of. Nothing is scanned again.
 *
 * @returns ok: genuine; failed: not; rejected: something could not be read
 */
export function verifySignature(
  verdictPath: string,
  file: string | undefined,
  options: VerifySignatureOptions,
): Promise<ExitCode> {
  return untilInterrupted(async (signal) => {
    const verdict = await readDocument(verdictPath, Signed, 'a verdict');
    const signaturePath = options.signature ?? verdictPath.replace(/(\.json)?$/, '.sig.json');
    const signature = await readDocument(signaturePath, VerdictSignature, 'the signature of a verdict');
    const keys = await readPublicKeys(options.key, signal);
    const fault: Fault | null =
      checkSignature(verdict, signature, keys) ??
      (file !== undefined && (await digestOf(file, signal)) !== verdict.media ? 'other_file' : null);
    if (options.json) {
      console.log(JSON.stringify({ genuine: fault === null, fault, keyId: signature.keyId, scan: verdict.scan }));
    } else if (fault === null) {
      console.log(pc.green(`✓ genuine: signed with the key ${signature.keyId}`));
    } else {
      console.log(pc.red(`✗ refused: ${words[fault]}`));
    }
    return fault === null ? ExitCode.ok : ExitCode.failed;
  });
}

async function readDocument<T>(path: string, schema: z.ZodType<T>, what: string): Promise<T> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CliError(`${path} cannot be read.`, ExitCode.rejected);
  });
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CliError(`${path} is not ${what} that this version can read.`, ExitCode.rejected);
  }
}

async function digestOf(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash, { signal });
  } catch {
    signal.throwIfAborted();
    throw new CliError(`${file} cannot be read.`, ExitCode.rejected);
  }
  return hash.digest('hex');
}
