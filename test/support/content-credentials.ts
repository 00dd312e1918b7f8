import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestSigner {
  /** Certificate of the authority, PEM. */
  authority: string;
  /** Writes a signed copy; with `remote`, the credentials are not in it, only the address where they would be. */
  sign(input: string, output: string, mimeType: string, remote?: string): Promise<string>;
}

/** What C2PA asks of the certificate of a signer. */
const leafExtensions = `basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
`;

/** A certificate authority made for one test, and a signer that it vouches for. */
export async function makeTestSigner(folder: string): Promise<TestSigner> {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => run('openssl', args);
  const newKey = (name: string) => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at(name)],
  ];
  await openssl(
    ...['req', '-x509', ...newKey('ca.key'), '-out', at('ca.pem'), '-days', '30', '-subj', '/O=Test Authority/CN=Root'],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  );
  await openssl('req', ...newKey('leaf.key'), '-out', at('leaf.csr'), '-subj', '/O=Test Publisher/CN=Test Signer');
  await writeFile(at('leaf.ext'), leafExtensions);
  await openssl(
    ...['x509', '-req', '-in', at('leaf.csr'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'],
    ...['-days', '20', '-extfile', at('leaf.ext'), '-out', at('leaf.pem')],
  );
  return {
    authority: at('ca.pem'),
    async sign(input, output, mimeType, remote = '-') {
      const script = join(__dirname, 'sign-media.mjs');
      await run(process.execPath, [script, input, output, mimeType, at('leaf.pem'), at('leaf.key'), remote]);
      return output;
    },
  };
}
