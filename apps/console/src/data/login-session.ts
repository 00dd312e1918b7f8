import type { LoginProvider } from '@assay/contracts';
import { ResponseBodyError } from 'oauth4webapi';
import { type Granted, renewLogin } from './login';

/** Renewed this long before it expires: a request that is on its way must not come too late, ms. */
const marginMs = 30_000;
/** A provider that does not answer is not asked at every request, ms. */
const againMs = 10_000;

/** A person's access token, renewed before it expires where the provider lets it be. */
export class LoginSession {
  private renewal: Promise<void> | null = null;
  private notBefore = -Infinity;

  constructor(
    private readonly provider: LoginProvider,
    private granted: Granted,
  ) {}

  /** @returns a token that is good for now; the old one where there is no other, to which the service says what is to be said */
  async token(): Promise<string> {
    if (Date.now() >= Math.max(this.granted.expiresAt - marginMs, this.notBefore)) {
      // One at a time: a refresh token may be good for one use alone.
      this.renewal ??= this.renew().finally(() => (this.renewal = null));
      await this.renewal;
    }
    return this.granted.accessToken;
  }

  private async renew(): Promise<void> {
    const { refreshToken } = this.granted;
    if (refreshToken === null) return;
    try {
      this.granted = await renewLogin(this.provider, refreshToken);
    } catch (error) {
      this.notBefore = Date.now() + againMs;
      if (error instanceof ResponseBodyError) this.granted = { ...this.granted, refreshToken: null };
    }
  }
}
