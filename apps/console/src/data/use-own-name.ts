import { useCallback, useState } from 'react';

const storageKey = 'assay.moderator';

/** Under which name a person decides, remembered in this browser. */
export function useOwnName(): [string, (name: string) => void] {
  const [name, setName] = useState(recall);
  const change = useCallback((next: string) => {
    setName(next);
    try {
      window.localStorage.setItem(storageKey, next);
    } catch {
      // Browsers that keep nothing: it is asked for again the next time.
      return;
    }
  }, []);
  return [name, change];
}

function recall(): string {
  try {
    return window.localStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}
