import type { AssayClient } from '@assay/client';
import type { DecisionHistory, DecisionLabel } from '@assay/contracts';
import { useCallback, useEffect, useState } from 'react';
import { type Failure, failureOf } from './failure';

export interface Decisions {
  history: DecisionHistory | null;
  failure: Failure | null;
  /** While an answer is waited for. */
  busy: boolean;
  /** @returns whether it was taken */
  decide(label: DecisionLabel, by: string, note: string): Promise<boolean>;
  /** @returns whether it was taken */
  reverse(by: string, note: string): Promise<boolean>;
}

/** What people decided on a media item, and how to add to it. @param onChanged after each decision */
export function useDecisions(client: AssayClient, media: string, onChanged: () => void): Decisions {
  const [history, setHistory] = useState<DecisionHistory | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    client.decisions(media, leaving.signal).then(setHistory, (error: unknown) => {
      if (!leaving.signal.aborted) setFailure(failureOf(error));
    });
    return () => leaving.abort();
  }, [client, media]);
  const send = useCallback(
    async (request: Promise<DecisionHistory>) => {
      setBusy(true);
      setFailure(null);
      try {
        setHistory(await request);
      } catch (error) {
        setFailure(failureOf(error));
        return false;
      } finally {
        setBusy(false);
      }
      onChanged();
      return true;
    },
    [onChanged],
  );
  const decide = useCallback(
    (label: DecisionLabel, by: string, note: string) => send(client.decide(media, { label, by, note })),
    [client, media, send],
  );
  const reverse = useCallback(
    (by: string, note: string) => send(client.reverseDecision(media, { by, note })),
    [client, media, send],
  );
  return { history, failure, busy, decide, reverse };
}
