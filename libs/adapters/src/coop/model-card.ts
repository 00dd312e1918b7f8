import type { ModelCard } from './plugin-contract';

/**
 * The card that Coop shows beside the signals. Figures are not repeated here, where they would grow old: they are in the
 * cards and benchmarks of the installed version, with the commands that make them.
 */
export const modelCard: ModelCard = {
  modelName: 'Assay',
  version: '0.1.0',
  sections: [
    {
      id: 'trainingData',
      title: 'Training data',
      fields: [
        {
          label: 'Faces',
          value:
            'Public research sets of real faces (Helen and AFW, YouTube Faces, All-Age-Faces, UTKFace). Every forgery was made from them during training; no deepfake video was used.',
        },
        { label: 'Consent', value: 'The people shown did not agree to this use.' },
        {
          label: 'Terms',
          value: 'Weights carry the terms of the pictures: research and evaluation. The code is Apache-2.0.',
        },
      ],
    },
    {
      id: 'policyAndTaxonomy',
      title: 'Policy and taxonomy',
      fields: [
        {
          label: 'What is looked for',
          value:
            'Faces that were swapped, reenacted, blended in or generated, in video and stills. Not: whole scenes without a face, sound, context, intent.',
        },
        {
          label: 'Answers',
          value:
            'likely_manipulated, likely_authentic, inconclusive with its reason, or rejected when the file cannot be looked at. Thresholds belong to the policy that a scan names.',
        },
      ],
    },
    {
      id: 'annotationMethodology',
      title: 'Annotation',
      fields: [
        { label: 'Training', value: 'Labels follow from how each picture was made; nobody labelled by hand.' },
        { label: 'Evaluation', value: 'Labelled clips of published sets, with the labels of their makers.' },
      ],
    },
    {
      id: 'performanceBenchmarks',
      title: 'Performance',
      fields: [
        {
          label: 'Figures',
          value:
            'docs/benchmarks.md and the CARD.md of each model, with 95 % intervals, sample sizes and the commands that make them.',
        },
        {
          label: 'To expect',
          value:
            'Many real-world clips end inconclusive. Measure on labelled clips of your own with `assay eval` before a rule acts on a score.',
        },
      ],
    },
    {
      id: 'biasAndLimitations',
      title: 'Bias and limitations',
      fields: [
        { label: 'Groups', value: 'Errors by perceived age, sex and skin tone are not shown to be equal.' },
        {
          label: 'Fails at',
          value:
            'Small, blurred or turned faces, heavy compression, forgeries of kinds that were not painted in training, generated pictures whole.',
        },
        {
          label: 'Not proof',
          value: 'A score is a reason for a person to look. Do not decide about somebody on it alone.',
        },
      ],
    },
    {
      id: 'implementationGuidance',
      title: 'Use in rules',
      fields: [
        {
          label: 'ASSAY_MANIPULATION_PROBABILITY',
          value: 'Number from 0 to 1, calibrated. For queues: route what lies above a threshold to review.',
        },
        { label: 'ASSAY_LIKELY_MANIPULATED', value: 'True when the policy of the scan calls it likely manipulated.' },
        {
          label: 'No answer',
          value:
            'A file without a usable face, or that cannot be looked at, has no score: the signal fails instead of saying 0.',
        },
        {
          label: 'Time',
          value:
            'The signal waits for the scan, seconds to minutes with the length of the video. The address has to be reachable from the Assay service.',
        },
      ],
    },
    {
      id: 'relevantLinks',
      title: 'Links',
      fields: [
        { label: 'How to connect', value: 'docs/adapters.md of the Assay repository' },
        { label: 'Figures', value: 'docs/benchmarks.md, models/xray/CARD.md, models/prompt/CARD.md' },
        { label: 'Coop', value: 'https://roostorg.github.io/coop/INTEGRATIONS_PLUGIN.html' },
      ],
    },
  ],
};
