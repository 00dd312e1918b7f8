import { randomBytes } from 'node:crypto';
import { defaultPolicy, type Rejection, type Verdict } from '@assay/contracts';
import { SubmitError } from './errors';
import { baseName } from './media-record';
import type { Ports } from './ports';
import { rejectedVerdict } from './verdict-document';

export interface RejectedInput {
  ports: Pick<Ports, 'models' | 'policies' | 'tools'>;
  name: string;
  policy?: string;
  rejection: Rejection;
}

/** Bytes of a scan id's random part. */
const idBytes = 16;

/** The verdict on an input that never became media: a missing file, an empty one, a refused URL. Nothing is stored. */
export async function rejectedInputVerdict(input: RejectedInput, signal: AbortSignal): Promise<Verdict> {
  const { ports, rejection } = input;
  const policy = ports.policies.get(input.policy ?? defaultPolicy.id);
  if (!policy) throw new SubmitError('unknown_policy', `There is no policy "${input.policy}".`);
  return rejectedVerdict({
    // Without content there is nothing to derive an id from, and nothing that could be found under it.
    scan: `sc_${randomBytes(idBytes).toString('hex')}`,
    media: null,
    name: baseName(input.name),
    rejection,
    policy,
    models: ports.models,
    tools: await ports.tools(signal),
  });
}
