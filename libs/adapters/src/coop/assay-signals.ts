import { AssayClient } from '@assay/client';
import type { Verdict } from '@assay/contracts';
import type { SignalContext, SignalDescriptor, SignalInput } from './plugin-contract';

export const probabilitySignal = 'ASSAY_MANIPULATION_PROBABILITY';
export const labelSignal = 'ASSAY_LIKELY_MANIPULATED';

/** Coop runs a signal while an item waits: longer than this and the scan goes on without it, ms. */
const longestWaitMs = 10 * 60_000;

/** There is no answer to give: Coop must not take that for a low score. */
export class NoScoreError extends Error {
  override readonly name = 'NoScoreError';
}

/** Both signals of the package, for `createSignals`. */
export function assaySignals(context: SignalContext): { signalTypeId: string; signal: SignalDescriptor }[] {
  return [
    {
      signalTypeId: probabilitySignal,
      signal: {
        ...shared(context),
        id: { type: probabilitySignal },
        displayName: 'Assay: probability of manipulation',
        description: 'Calibrated probability, 0 to 1, that a face in the video or picture was forged.',
        recommendedThresholds: { highPrecisionThreshold: 0.9, highRecallThreshold: 0.5 },
        outputType: { scalarType: 'NUMBER' },
        run: async (input) => ({
          outputType: { scalarType: 'NUMBER' },
          score: probabilityOf(await judge(input, context)),
        }),
      },
    },
    {
      signalTypeId: labelSignal,
      signal: {
        ...shared(context),
        id: { type: labelSignal },
        displayName: 'Assay: likely manipulated',
        description: 'True when the policy of the scan calls the video or picture likely manipulated.',
        recommendedThresholds: null,
        outputType: { scalarType: 'BOOLEAN' },
        run: async (input) => {
          const verdict = await judge(input, context);
          probabilityOf(verdict);
          return { outputType: { scalarType: 'BOOLEAN' }, score: verdict.verdict === 'likely_manipulated' };
        },
      },
    },
  ];
}

function shared({ integrationId, getCredential }: SignalContext) {
  return {
    docsUrl: null,
    supportedLanguages: 'ALL' as const,
    pricingStructure: { type: 'FREE' as const },
    eligibleInputs: ['VIDEO', 'IMAGE'],
    // Decoding a video is the dearest thing that a rule can ask for: cheap signals go first.
    getCost: () => 100,
    needsMatchingValues: false,
    eligibleSubcategories: [],
    needsActionPenalties: false,
    integration: integrationId,
    // A hint for a person, not proof.
    allowedInAutomatedRules: false,
    async getDisabledInfo(orgId: string) {
      const settings = settingsOf(await getCredential(orgId));
      if (settings) return { disabled: false as const };
      return { disabled: true as const, disabledMessage: 'Enter the address and an API key of your Assay service.' };
    },
  };
}

async function judge({ value, orgId }: SignalInput, { getCredential }: SignalContext): Promise<Verdict> {
  const settings = settingsOf(await getCredential(orgId));
  if (!settings) throw new NoScoreError('Assay is not configured for this organisation.');
  const client = new AssayClient(settings);
  const signal = AbortSignal.timeout(longestWaitMs);
  const media = await client.ingestUrl({ url: addressOf(value) }, signal);
  const scan = await client.createScan({ media: media.id, policy: settings.policy }, signal);
  return client.waitForVerdict(scan.id, {}, signal);
}

function probabilityOf({ probability, reasons }: Verdict): number {
  if (probability !== null) return probability;
  throw new NoScoreError(reasons[0]?.text ?? 'There is no score.');
}

/** `{ type: 'VIDEO', value: { url } }`; a bare address is taken too. */
function addressOf(tagged: unknown): string {
  const value = fieldOf(tagged, 'value') ?? tagged;
  const url = typeof value === 'string' ? value : fieldOf(value, 'url');
  if (typeof url === 'string') return url;
  throw new NoScoreError('The item has no address that could be fetched.');
}

function settingsOf(config: unknown): { baseUrl: string; apiKey: string; policy: string | undefined } | null {
  const [baseUrl, apiKey, policy] = ['baseUrl', 'apiKey', 'policy'].map((name) => {
    const value = fieldOf(config, name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  });
  return baseUrl && apiKey ? { baseUrl, apiKey, policy } : null;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
