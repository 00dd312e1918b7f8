import { z } from 'zod';

/**
 * What was found of Content Credentials (C2PA) in a file. A signal, never proof: whoever forges a file can sign it, and whoever copies
 * one can leave them out.
 *
 * - `not_checked`: nobody looked, or nobody could; see `contentCredentialsNotChecked`. Not `absent`
 * - `absent`: the file has none
 * - `valid`: they are whole, and belong to these bytes, whoever signed them; see `trust`
 * - `invalid`: file or credentials were changed after signing, or they cannot be read; see `validation`
 */
export const ContentCredentialsStatus = z.enum(['not_checked', 'absent', 'valid', 'invalid']);
export type ContentCredentialsStatus = z.infer<typeof ContentCredentialsStatus>;

/** Why they were not checked. */
export const CredentialsNotChecked = z.enum([
  // The reader does not run on this machine.
  'reader_missing',
  // Containers that C2PA says nothing about (Matroska, WebM), and those that the reader cannot open.
  'format_not_covered',
  // The file names an address where they are; none is fetched.
  'remote_only',
  'too_slow',
  'reader_failed',
]);
export type CredentialsNotChecked = z.infer<typeof CredentialsNotChecked>;

/** Longest text kept of what a file says, characters. */
export const maxCredentialsText = 200;
/** Most entries kept of each list. */
export const maxCredentialsEntries = 64;

const Text = z.string().max(maxCredentialsText);
const list = <T extends z.ZodType>(item: T) => z.array(item).max(maxCredentialsEntries);
/** Of the file itself, or of something that it says it was made from. */
const Part = z.enum(['file', 'ingredient']);

/** What the credentials say, as they say it: nothing of it was checked beyond what `validation` and `trust` tell. */
export const ContentCredentials = z.object({
  /** Whether the signer's certificate leads to one on the operator's list; `not_checked` where there is no list. */
  trust: z.enum(['not_checked', 'trusted', 'untrusted']),
  /** Software that wrote the claim, with its version. */
  claimGenerator: Text.nullable(),
  /** Title that the claim gives the file; null where it gives none. */
  title: Text.nullable(),
  /** Organisation in the signer's certificate. */
  issuer: Text.nullable(),
  /** Name in the signer's certificate. */
  commonName: Text.nullable(),
  /** COSE name of the signature's algorithm. */
  algorithm: Text.nullable(),
  /** From a time-stamp authority; null where the signature has no time stamp. */
  signedAt: Text.nullable(),
  /** What was done, e.g. `c2pa.created`, in the order told. `digitalSourceType` is the last part of the IPTC address. */
  actions: list(
    z.object({
      part: Part,
      /** `c2pa.created`, `c2pa.edited` ... */
      action: Text,
      /** What kind of source: `trainedAlgorithmicMedia`, `digitalCapture` ...; null where it names none. */
      digitalSourceType: Text.nullable(),
      /** What did it; null where it names none. */
      software: Text.nullable(),
      /** When, as it says; null where it does not. */
      when: Text.nullable(),
    }),
  ),
  /** Files that it says it was made from. */
  ingredients: list(
    z.object({
      /** Title of that file; null where it names none. */
      title: Text.nullable(),
      /** `parentOf`, `componentOf` ...; null where it names none. */
      relationship: Text.nullable(),
    }),
  ),
  /** Status codes of the C2PA specification other than successes. */
  validation: list(
    z.object({
      part: Part,
      /** As the specification writes it: `assertion.dataHash.mismatch` ... */
      code: Text,
      /** True: what it says makes the credentials invalid. */
      failure: z.boolean(),
    }),
  ),
});
export type ContentCredentials = z.infer<typeof ContentCredentials>;

/** One reading of a file. */
export const CredentialsReading = z.object({
  status: ContentCredentialsStatus,
  notChecked: CredentialsNotChecked.nullable(),
  /** Null where there are none that could be read. */
  credentials: ContentCredentials.nullable(),
});
export type CredentialsReading = z.infer<typeof CredentialsReading>;
