import type { Verdict } from '@assay/contracts';

/** Signals of one item by HMA's names: `pdq` (64 hex digits), `vpdq` (JSON list), `video_md5` (32 hex digits). */
export type HmaSignals = Record<string, string>;

export interface HmaSettings {
  /** Where HMA's curator answers, e.g. `http://localhost:5100`. */
  baseUrl: string;
  /** CAPS_AND_UNDERSCORE. */
  bank: string;
  /** For a gateway in front: HMA itself asks for no key. */
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

const bankName = /^[A-Z0-9_]+$/;

/** HMA said no, or what it said could not be read. */
export class HmaError extends Error {
  override readonly name = 'HmaError';

  constructor(
    /** Of the HTTP answer. */
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Writes fingerprints of what was judged into a bank of Hasher-Matcher-Actioner (`/c/...`, its curation API), where other
 * services match against them.
 */
export class HmaBank {
  constructor(private readonly settings: HmaSettings) {
    if (!bankName.test(settings.bank)) throw new TypeError('The name of a bank is CAPS_AND_UNDERSCORE.');
  }

  /**
   * Makes the bank unless it is there.
   *
   * @param enabledRatio share of lookups that the new bank takes part in: 0 to fill it before it counts
   */
  async ensure(enabledRatio = 1): Promise<void> {
    const found = await this.ask('GET', this.path());
    if (found.status !== 404) return void (await this.bodyOf(found));
    const made = await this.ask('POST', '/c/banks', { name: this.settings.bank, enabled_ratio: enabledRatio });
    // 403: somebody else has made it in between.
    if (made.status !== 403) await this.bodyOf(made);
  }

  /**
   * Banks the fingerprints of an item that was found to be manipulated. Doing it twice banks it twice: HMA gives each
   * addition an id of its own, so keep the one that comes back.
   *
   * @returns id of the content in HMA, for `remove`; null for a verdict that belongs in no bank: any other label, and a mock
   * @throws HmaError `400` for signals of types that this HMA does not have
   */
  async addVerdict({ verdict, mock }: Pick<Verdict, 'verdict' | 'mock'>, signals: HmaSignals): Promise<number | null> {
    if (verdict !== 'likely_manipulated' || mock) return null;
    return this.add(signals);
  }

  /** Banks fingerprints whatever the verdict, e.g. on the decision of a person. @returns id of the content in HMA */
  async add(signals: HmaSignals): Promise<number> {
    const answer = await this.ask('POST', `${this.path()}/signal`, signals);
    const { id } = await this.bodyOf(answer);
    if (typeof id !== 'number') throw new HmaError(answer.status, 'HMA did not say under which id it was banked.');
    return id;
  }

  /** Takes an item out again, e.g. when a decision was reversed. @returns whether it was there */
  async remove(id: number): Promise<boolean> {
    const { deleted } = await this.bodyOf(await this.ask('DELETE', `${this.path()}/content/${id}`));
    return typeof deleted === 'number' && deleted > 0;
  }

  private path(): string {
    return `/c/bank/${this.settings.bank}`;
  }

  private ask(method: string, path: string, body?: object): Promise<Response> {
    const { baseUrl, headers = {}, fetch: ask = fetch } = this.settings;
    const given = body ? { body: JSON.stringify(body) } : {};
    const type: Record<string, string> = body ? { 'content-type': 'application/json' } : {};
    return ask(baseUrl.replace(/\/+$/, '') + path, { method, headers: { ...headers, ...type }, ...given });
  }

  private async bodyOf(answer: Response): Promise<Record<string, unknown>> {
    const text = await answer.text();
    const body = parsed(text);
    if (answer.ok && body) return body;
    const message = body?.['message'];
    throw new HmaError(answer.status, typeof message === 'string' ? message : `HMA answered with ${answer.status}.`);
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
