export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** Base64 of either alphabet, with or without padding. @returns null for what is none */
export function fromBase64(text: string): Bytes | null {
  try {
    // `atob` alone is in Node and browsers alike.
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
