import type { ContentCredentials, Verdict } from '@assay/contracts';
import { credentialsWords } from './credentials-words';

const claim: ContentCredentials = {
  trust: 'untrusted',
  claimGenerator: 'Editor 3',
  title: null,
  issuer: 'A Publisher',
  commonName: null,
  algorithm: 'Es256',
  signedAt: '2026-01-02T03:04:05+00:00',
  actions: [
    { part: 'file', action: 'c2pa.edited', digitalSourceType: null, software: null, when: null },
    { part: 'ingredient', action: 'c2pa.created', digitalSourceType: 'digitalCapture', software: null, when: null },
  ],
  ingredients: [],
  validation: [],
};

const words = (provenance: Partial<Verdict['provenance']>): string =>
  credentialsWords({
    provenance: {
      container: null,
      contentCredentials: 'not_checked',
      contentCredentialsNotChecked: null,
      credentials: null,
      knownMedia: 'not_checked',
      ...provenance,
    },
  });

it('tells not checked from none', () => {
  expect(words({})).toBe('Not checked.');
  expect(words({ contentCredentialsNotChecked: 'remote_only' })).toMatch(/^Not checked: .*nothing is fetched\.$/);
  expect(words({ contentCredentials: 'absent' })).toMatch(/^None\. .*neither for nor against/);
});

it('says who signed when, whether that is worth something, and what is claimed', () => {
  expect(words({ contentCredentials: 'valid', credentials: claim })).toBe(
    'Whole, and signed for this very file as “A Publisher” on 2026-01-02. The signer is not on the list of those trusted here: ' +
      'anybody can sign under any name. They say: made from something taken with a camera; written by “Editor 3”.',
  );
});

it('says what does not hold, each thing once', () => {
  const changed = { part: 'file', code: 'assertion.bmffHash.mismatch', failure: true } as const;
  const validation = [changed, changed, { part: 'file', code: 'odd.code', failure: true } as const];
  expect(words({ contentCredentials: 'invalid', credentials: { ...claim, validation, actions: [] } })).toBe(
    'They do not hold: the file was changed after signing; “odd.code”. They say: written by “Editor 3”.',
  );
  expect(words({ contentCredentials: 'invalid' })).toMatch(/^Damaged/);
});
