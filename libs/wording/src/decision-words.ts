import type { DecisionLabel } from '@assay/contracts';

export const decisionWords: Record<DecisionLabel, string> = {
  confirmed_manipulated: 'Confirmed manipulated',
  confirmed_authentic: 'Confirmed authentic',
  unsure: 'Nobody can tell',
};

/** A sign beside the colour, for those who do not see the colour. */
export const decisionSigns: Record<DecisionLabel, string> = {
  confirmed_manipulated: '▲',
  confirmed_authentic: '✓',
  unsure: '?',
};
