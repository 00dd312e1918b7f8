import type { LoginProvider } from '@assay/contracts';
import { useEffect, useState } from 'react';
import { beginLogin, finishLogin, readProvider, takeAnswer } from './login';
import { LoginSession } from './login-session';

/** Once, and not once for each time that the page is drawn: a code is good for one exchange. */
const answered = takeAnswer();

export interface Login {
  /** Sends the visitor to the provider; null where people do not log in. */
  begin: (() => void) | null;
  /** True = the last try did not work. */
  failed: boolean;
}

/** Login with the identity provider of the service, where it has one. */
export function useLogin(onLogin: (token: () => Promise<string>) => void): Login {
  const [provider, setProvider] = useState<LoginProvider | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    const arrive = async () => {
      const found = await readProvider();
      if (gone) return;
      setProvider(found);
      if (!found || !answered) return;
      const session = await (exchange ??= openSession(found, answered));
      if (!gone) onLogin(() => session.token());
    };
    // Without an answer there is no button, and keys work all the same.
    arrive().catch(() => !gone && setFailed(answered !== null));
    return () => {
      gone = true;
    };
  }, [onLogin]);
  const begin = provider && (() => void beginLogin(provider).catch(() => setFailed(true)));
  return { begin, failed };
}

let exchange: Promise<LoginSession> | null = null;

async function openSession(provider: LoginProvider, answer: NonNullable<typeof answered>): Promise<LoginSession> {
  return new LoginSession(provider, await finishLogin(provider, answer));
}
