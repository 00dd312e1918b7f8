import { useCallback, useEffect, useState } from 'react';

const storageKey = 'assay.apiKey';
const fragment = /^#key=([A-Za-z0-9_-]+)$/;

/** `assay up` prints an address that carries the key. It is taken out at once, so that nobody copies it along. */
function keyFromAddress(): string | null {
  const key = fragment.exec(window.location.hash)?.[1] ?? null;
  if (key !== null) window.history.replaceState(null, '', window.location.pathname + window.location.search);
  return key;
}

function startingKey(): string {
  const given = keyFromAddress();
  if (given !== null) remember(given);
  return given ?? recall();
}

/** A key, empty where there is none; or what gives the present token of a person. */
export type Credential = string | (() => Promise<string>);

export interface ApiKeyState {
  /** A person's is kept in this page alone, gone when it is closed. */
  credential: Credential;
  change(key: string): void;
  logIn(token: () => Promise<string>): void;
}

/** The key of the API, remembered in this browser until it is cleared; or the token of who logged in, which is not. */
export function useApiKey(): ApiKeyState {
  const [credential, setCredential] = useState<Credential>(startingKey);
  const change = useCallback((next: string) => {
    remember(next);
    setCredential(next);
  }, []);
  useEffect(() => {
    // Pasted into the address bar of an open page, it loads nothing anew.
    const follow = () => {
      const given = keyFromAddress();
      if (given !== null) change(given);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, [change]);
  // A function given to a setter is called for the next state.
  const logIn = useCallback((token: () => Promise<string>) => setCredential(() => token), []);
  return { credential, change, logIn };
}

/** Browsers that keep nothing (private windows, strict settings) throw; the page works all the same. */
function recall(): string {
  try {
    return window.localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}

function remember(key: string): void {
  try {
    if (key === '') window.localStorage.removeItem(storageKey);
    else window.localStorage.setItem(storageKey, key);
  } catch {
    return;
  }
}
