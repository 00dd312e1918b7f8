import { maxCredentialsText } from '@assay/contracts';
import { z } from 'zod';

/** Written by strangers: shortened, and without characters that would steer a terminal. */
const Clean = z.string().transform((text) => text.replace(/\p{Cc}+/gu, ' ').slice(0, maxCredentialsText));
const Text = Clean.optional().catch(undefined);
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((entry) => {
        const parsed = item.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      }),
    );

const Software = z.object({ name: Text, version: Text });

const Action = z.object({
  action: Text,
  digitalSourceType: Text,
  softwareAgent: z
    .union([Clean.transform((name) => ({ name })), Software])
    .optional()
    .catch(undefined),
  when: Text,
});

const Assertion = z.object({ label: z.string(), data: z.unknown() });

const Manifest = z.object({
  claim_generator: Text,
  claim_generator_info: listOf(Software),
  title: Text,
  ingredients: listOf(z.object({ title: Text, relationship: Text })),
  assertions: listOf(Assertion),
  signature_info: z.object({ alg: Text, issuer: Text, common_name: Text, time: Text }).optional().catch(undefined),
});
export type Manifest = z.infer<typeof Manifest>;

const Codes = z
  .object({
    failure: listOf(z.object({ code: z.string() })),
    informational: listOf(z.object({ code: z.string() })),
  })
  .optional()
  .catch(undefined);
export type Codes = z.infer<typeof Codes>;

/** The part of the reader's JSON that is used; what is missing or odd reads as absent. */
export const ManifestStore = z.object({
  active_manifest: z.string().optional().catch(undefined),
  manifests: z.record(z.string(), Manifest).catch({}),
  validation_state: z.enum(['Invalid', 'Valid', 'Trusted']).catch('Invalid'),
  validation_results: z
    .object({ activeManifest: Codes, ingredientDeltas: listOf(z.object({ validationDeltas: Codes })) })
    .optional()
    .catch(undefined),
});
export type ManifestStore = z.infer<typeof ManifestStore>;

export const ActionsAssertion = z.object({ actions: listOf(Action) });
