import { z } from 'zod';
import { ScanId } from './ids';

/** RFC 7638: the SHA-256 of the public key as a JWK, base64url. */
const KeyId = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be a JWK thumbprint');

/** Who vouches for a verdict: a detached signature over its canonical JSON (RFC 8785). */
export const VerdictSignature = z.object({
  /** Name and version of this form. */
  schema: z.literal('assay.verdict-signature/1'),
  /** The scan whose verdict it vouches for. */
  scan: ScanId,
  /** As RFC 8032 has it. */
  algorithm: z.literal('Ed25519'),
  /** How the verdict is written before it is signed: the JSON Canonicalization Scheme. */
  canonicalization: z.literal('RFC8785'),
  /** Which key: `kid` in /.well-known/assay-keys.json, the SHA-256 thumbprint of RFC 7638. */
  keyId: KeyId,
  /** 64 bytes, base64url. */
  signature: z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'must be 64 bytes as base64url'),
});
export type VerdictSignature = z.infer<typeof VerdictSignature>;

/** A public key as RFC 8037 writes it. */
export const PublicKeyJwk = z.object({
  /** Type of the key: an octet key pair. */
  kty: z.literal('OKP'),
  /** Curve. */
  crv: z.literal('Ed25519'),
  /** 32 bytes, base64url. */
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes as base64url'),
  kid: KeyId,
  /** What it is for: signatures. */
  use: z.literal('sig').optional(),
  /** Algorithm, as JOSE names it. */
  alg: z.literal('EdDSA').optional(),
});
export type PublicKeyJwk = z.infer<typeof PublicKeyJwk>;

/** RFC 7517, 5: every key that verdicts were signed with, those of earlier years too. */
export const PublicKeySet = z.object({
  /** Take the one with the `kid` that a signature names. */
  keys: z.array(PublicKeyJwk),
});
export type PublicKeySet = z.infer<typeof PublicKeySet>;

/**
 * What keeps a signature from vouching for a verdict.
 *
 * - `unknown_key`: none of the keys is the one that it names
 * - `other_verdict`: it was made for the verdict of another scan
 * - `altered`: the verdict, or the signature, is not as it was when it was signed
 */
export type SignatureFault = 'unknown_key' | 'other_verdict' | 'altered';
