/** Signs a file with Content Credentials: `sign-media.mjs <input> <output> <MIME type> <certificates> <key> <remote address | ->`. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Builder, LocalSigner } from '@contentauth/c2pa-node';

const [input, output, mimeType, certificates, key, remote] = process.argv.slice(2);
const source = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';
const builder = Builder.withJson({
  claim_generator_info: [{ name: 'picture-machine', version: '2.1' }],
  title: 'a signed clip',
  assertions: [
    {
      label: 'c2pa.actions.v2',
      data: { actions: [{ action: 'c2pa.created', digitalSourceType: source, softwareAgent: { name: 'painter' } }] },
    },
  ],
});
if (remote !== '-') {
  builder.setNoEmbed(true);
  builder.setRemoteUrl(remote);
}
const signer = LocalSigner.newSigner(readFileSync(certificates), readFileSync(key), 'es256');
builder.sign(signer, { path: input, mimeType }, { path: output });
