/**
 * The part of ROOST Coop's plugin contract that this package keeps, after `types/integration.ts` of roostorg/coop. Written
 * down here because `@roostorg/types` could not be had from the registry when this was written.
 */
export interface ModelCardField {
  label: string;
  value: string;
}

export interface ModelCardSection {
  id: (typeof requiredSections)[number];
  title: string;
  fields: readonly ModelCardField[];
}

export interface ModelCard {
  modelName: string;
  version: string;
  releaseDate?: string;
  sections: readonly ModelCardSection[];
}

/** `REQUIRED_MODEL_CARD_SECTION_IDS`: Coop refuses a plugin whose card lacks one. */
export const requiredSections = [
  'trainingData',
  'policyAndTaxonomy',
  'annotationMethodology',
  'performanceBenchmarks',
  'biasAndLimitations',
  'implementationGuidance',
  'relevantLinks',
] as const;

export interface ConfigurationField {
  key: string;
  label: string;
  required: boolean;
  inputType: 'text' | 'password';
  placeholder?: string;
  description?: string;
}

export interface IntegrationManifest {
  /** UPPER_SNAKE_CASE. */
  id: string;
  name: string;
  version: string;
  description: string;
  docsUrl?: string;
  requiresConfig: boolean;
  configurationFields: readonly ConfigurationField[];
  signalTypeIds: readonly string[];
  modelCard: ModelCard;
}

export interface SignalContext {
  integrationId: string;
  /** What an organisation has typed into the fields of `configurationFields`. */
  getCredential(orgId: string): Promise<Record<string, unknown>>;
}

/** A tagged scalar: for media `{ type: 'VIDEO', value: { url } }`. */
export interface SignalInput {
  value: unknown;
  orgId: string;
}

export interface SignalDescriptor {
  id: { type: string };
  displayName: string;
  description: string;
  docsUrl: string | null;
  recommendedThresholds: { highPrecisionThreshold: number; highRecallThreshold: number } | null;
  supportedLanguages: readonly string[] | 'ALL';
  pricingStructure: { type: 'FREE' | 'SUBSCRIPTION' };
  eligibleInputs: readonly string[];
  outputType: { scalarType: 'NUMBER' | 'BOOLEAN' };
  getCost(): number;
  run(input: SignalInput): Promise<{ outputType: SignalDescriptor['outputType']; score: number | boolean }>;
  getDisabledInfo(orgId: string): Promise<{ disabled: false } | { disabled: true; disabledMessage: string }>;
  needsMatchingValues: boolean;
  eligibleSubcategories: readonly never[];
  needsActionPenalties: boolean;
  integration: string;
  allowedInAutomatedRules: boolean;
}

export interface CoopPlugin {
  manifest: IntegrationManifest;
  createSignals(context: SignalContext): readonly { signalTypeId: string; signal: SignalDescriptor }[];
}
