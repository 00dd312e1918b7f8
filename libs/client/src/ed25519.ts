import type { Bytes } from './bytes';

/** Length of an Ed25519 public key (RFC 8032), bytes. */
export const publicKeyBytes = 32;

/**
 * Checks an Ed25519 signature with WebCrypto: Node from 18, Safari from 17, Firefox from 130, Chromium from 137, and in
 * browsers on pages over https or from localhost alone.
 *
 * @param key the 32 bytes of the public key
 */
export async function ed25519Verify(key: Bytes, signature: Bytes, content: Bytes): Promise<boolean> {
  if (key.length !== publicKeyBytes) return false;
  const imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return crypto.subtle.verify('Ed25519', imported, signature, content);
}
