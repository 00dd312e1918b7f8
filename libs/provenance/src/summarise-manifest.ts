import { type ContentCredentials, type CredentialsReading, maxCredentialsEntries } from '@assay/contracts';
import { ActionsAssertion, type Codes, type Manifest, ManifestStore } from './manifest-store';

type Part = ContentCredentials['validation'][number]['part'];

/**
 * What a verdict keeps of a manifest store as the reader gives it.
 *
 * @param hasTrustList whether the reader was given certificates to trust: without them nothing can be said of the signer
 */
export function summariseManifest(document: unknown, hasTrustList: boolean): CredentialsReading {
  const store = ManifestStore.parse(document);
  const { active_manifest: active, manifests, validation_state: state } = store;
  const manifest = active === undefined ? undefined : manifests[active];
  const others = Object.entries(manifests).flatMap(([label, other]) => (label === active ? [] : [other]));
  const signature = manifest?.signature_info;
  return {
    status: state === 'Invalid' ? 'invalid' : 'valid',
    notChecked: null,
    credentials: {
      trust: hasTrustList ? (state === 'Trusted' ? 'trusted' : 'untrusted') : 'not_checked',
      claimGenerator: manifest ? generatorOf(manifest) : null,
      title: manifest?.title ?? null,
      issuer: signature?.issuer ?? null,
      commonName: signature?.common_name ?? null,
      algorithm: signature?.alg ?? null,
      signedAt: signature?.time ?? null,
      actions: [
        ...(manifest ? actionsOf(manifest, 'file') : []),
        ...others.flatMap((other) => actionsOf(other, 'ingredient')),
      ].slice(0, maxCredentialsEntries),
      ingredients: (manifest?.ingredients ?? [])
        .map(({ title, relationship }) => ({ title: title ?? null, relationship: relationship ?? null }))
        .slice(0, maxCredentialsEntries),
      validation: codesOf(store).slice(0, maxCredentialsEntries),
    },
  };
}

function generatorOf(manifest: Manifest): string | null {
  const names = manifest.claim_generator_info.map(({ name, version }) => [name, version].filter(Boolean).join(' '));
  return names.filter(Boolean)[0] ?? manifest.claim_generator ?? null;
}

function actionsOf({ assertions }: Manifest, part: Part): ContentCredentials['actions'] {
  return assertions
    .filter(({ label }) => label.startsWith('c2pa.actions'))
    .flatMap(({ data }) => ActionsAssertion.safeParse(data).data?.actions ?? [])
    .flatMap(({ action, digitalSourceType, softwareAgent, when }) => {
      if (action === undefined) return [];
      return {
        part,
        action,
        // http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia
        digitalSourceType: digitalSourceType?.split('/').at(-1) || null,
        software: softwareAgent?.name ?? null,
        when: when ?? null,
      };
    });
}

function codesOf({ validation_results: results }: ManifestStore): ContentCredentials['validation'] {
  const of = (codes: Codes, part: Part): ContentCredentials['validation'] => [
    ...(codes?.failure ?? []).map(({ code }) => ({ part, code, failure: true })),
    ...(codes?.informational ?? []).map(({ code }) => ({ part, code, failure: false })),
  ];
  return [
    ...of(results?.activeManifest, 'file'),
    ...(results?.ingredientDeltas ?? []).flatMap(({ validationDeltas }) => of(validationDeltas, 'ingredient')),
  ];
}
