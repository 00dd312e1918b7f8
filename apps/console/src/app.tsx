import { AssayClient } from '@assay/client';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useApiKey } from './data/api-key';
import { useChosenScan } from './data/use-chosen-scan';
import { useLogin } from './data/use-login';
import { useRecentScans } from './data/use-recent-scans';
import { KeyField } from './parts/key-field';
import { Notice } from './parts/notice';
import { RecentList } from './parts/recent-list';
import { ScanPanel } from './parts/scan-panel';
import { UploadPanel } from './parts/upload-panel';

export function App() {
  const { credential, change: setApiKey, logIn } = useApiKey();
  const { scan, turn, choose: chooseScan } = useChosenScan();
  const client = useMemo(() => new AssayClient({ baseUrl: window.location.origin, apiKey: credential }), [credential]);
  const hasKey = credential !== '';
  const recent = useRecentScans(client, hasKey);
  const [keyOpen, setKeyOpen] = useState(!hasKey);
  const onLogin = useCallback((token: () => Promise<string>) => [logIn(token), setKeyOpen(false)], [logIn]);
  const login = useLogin(onLogin);
  const { refresh } = recent;
  const onScan = useCallback(
    (id: string) => {
      chooseScan(id);
      refresh();
    },
    [chooseScan, refresh],
  );
  const onDeleted = useCallback(() => {
    chooseScan(null);
    refresh();
  }, [chooseScan, refresh]);
  // A key closes the field, also one that came by the address of an open page.
  useEffect(() => setKeyOpen(!hasKey), [credential, hasKey]);
  const refusal = recent.failure?.key ? recent.failure : null;
  useEffect(() => {
    if (refusal) setKeyOpen(true);
  }, [refusal]);

  return (
    <>
      <header className="top">
        <a className="brand" href="/" onClick={(event) => [event.preventDefault(), chooseScan(null)]}>
          <img src="/favicon.svg" alt="" width="32" height="32" />
          <span>Assay</span>
        </a>
        <p className="tagline">Tells forged video from real, and says why.</p>
        <nav>
          <a href="/docs">API docs</a>
          <button type="button" className="quiet" aria-expanded={keyOpen} onClick={() => setKeyOpen(!keyOpen)}>
            API key
          </button>
        </nav>
      </header>
      <main>
        {(keyOpen || !hasKey) && (
          <KeyField
            value={typeof credential === 'string' ? credential : ''}
            refused={refusal !== null}
            login={login}
            onChange={(key) => [setApiKey(key), setKeyOpen(key === '')]}
          />
        )}
        {recent.failure && !recent.failure.key && <Notice failure={recent.failure} onRetry={refresh} />}
        <UploadPanel client={client} credential={credential} compact={scan !== null} onScan={onScan} />
        {scan !== null && hasKey && (
          <ScanPanel
            key={`${scan}-${turn}`}
            client={client}
            scan={scan}
            name={recent.scans.find(({ id }) => id === scan)?.name ?? null}
            onEnded={refresh}
            onDeleted={onDeleted}
          />
        )}
        {hasKey && <RecentList recent={recent} chosen={scan} onChoose={chooseScan} />}
      </main>
      <footer>
        A verdict is an estimate from what the pixels show, never proof. It looks at faces alone; sound, text and
        context are for people to judge.
      </footer>
    </>
  );
}
