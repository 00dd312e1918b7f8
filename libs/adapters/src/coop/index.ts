import { assaySignals, labelSignal, probabilitySignal } from './assay-signals';
import { modelCard } from './model-card';
import type { CoopPlugin } from './plugin-contract';

/** What ROOST Coop loads: manifest, model card and two signals. See docs/adapters.md. */
export const coopPlugin: CoopPlugin = {
  manifest: {
    id: 'ASSAY',
    name: 'Assay',
    version: modelCard.version,
    description: 'Tells forged faces in video and stills from real ones, with evidence, from a service of your own.',
    requiresConfig: true,
    configurationFields: [
      {
        key: 'baseUrl',
        label: 'Address of the Assay service',
        required: true,
        inputType: 'text',
        placeholder: 'https://assay.example',
      },
      { key: 'apiKey', label: 'API key', required: true, inputType: 'password' },
      {
        key: 'policy',
        label: 'Policy',
        required: false,
        inputType: 'text',
        placeholder: 'default',
        description: 'Id of the policy whose thresholds decide what is likely manipulated.',
      },
    ],
    signalTypeIds: [probabilitySignal, labelSignal],
    modelCard,
  },
  createSignals: assaySignals,
};

/** Coop takes the default export. */
export default coopPlugin;
