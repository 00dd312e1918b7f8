/**
 * Invariants of every log of what is known: a reader that follows it holds the latest value of each id and nothing that was
 * removed, however much was; the same value again is no change; what passes the number goes, what is kept never does; scopes are apart.
 */
import type { KnownLog } from './known-log';

/** What a reader holds that follows the log. */
class Follower {
  readonly held = new Map<string, string>();
  changes = 0;
  private place: string | null = null;

  constructor(
    private readonly log: KnownLog,
    private readonly scope: string,
  ) {}

  async follow(limit = 2): Promise<string[]> {
    for (;;) {
      const page = await this.log.changes(this.scope, this.place, limit);
      if (page.anew) this.held.clear();
      this.place = page.next;
      this.changes += page.entries.length;
      for (const { handle, value } of page.entries) {
        if (value === null) this.held.delete(handle);
        else this.held.set(handle, value);
      }
      if (!page.more) return [...this.held.values()].sort();
    }
  }
}

export function describeKnownLog(
  name: string,
  open: () => Promise<{ log: KnownLog; lose?: () => Promise<void> }>,
): void {
  describe(`known log: ${name}`, () => {
    let log: KnownLog;
    let lose: (() => Promise<void>) | undefined;
    beforeEach(async () => void ({ log, lose } = await open()));
    afterEach(() => log.close());
    const passing = { kept: false, most: 3 };
    const kept = { kept: true, most: 3 };

    it('gives the latest of each to whoever follows it, page by page', async () => {
      const early = new Follower(log, 'default');
      expect(await early.follow()).toEqual([]);
      for (const id of ['a', 'b', 'c', 'd', 'e']) await log.put('default', { id, value: `${id}1` }, kept);
      await early.follow();
      await log.put('default', { id: 'b', value: 'b2' }, kept);
      await log.remove('default', 'c');
      await log.remove('default', 'never there');
      const expected = ['a1', 'b2', 'd1', 'e1'];
      expect(await early.follow()).toEqual(expected);
      expect(await new Follower(log, 'default').follow()).toEqual(expected);
    });

    it('takes the same value again for no change', async () => {
      const follower = new Follower(log, 'default');
      await log.put('default', { id: 'a', value: 'same' }, passing);
      await follower.follow();
      await log.put('default', { id: 'a', value: 'same' }, passing);
      await follower.follow();
      expect(follower.changes).toBe(1);
    });

    it('lets the oldest go beyond the number, and never what is kept', async () => {
      await log.put('default', { id: 'kept', value: 'kept' }, kept);
      for (const id of ['a', 'b', 'c']) await log.put('default', { id, value: id }, passing);
      const follower = new Follower(log, 'default');
      await follower.follow();
      await log.put('default', { id: 'a', value: 'a' }, kept);
      for (const id of ['d', 'e']) await log.put('default', { id, value: id }, passing);
      expect(await follower.follow()).toEqual(['a', 'c', 'd', 'e', 'kept']);
    });

    it('keeps scopes apart', async () => {
      await log.put('one', { id: 'a', value: '1' }, kept);
      await log.put('two', { id: 'a', value: '2' }, kept);
      await log.remove('one', 'a');
      expect(await new Follower(log, 'one').follow()).toEqual([]);
      expect(await new Follower(log, 'two').follow()).toEqual(['2']);
    });

    it('tells a reader to begin anew when it was lost', async () => {
      if (!lose) return;
      const follower = new Follower(log, 'default');
      await log.put('default', { id: 'a', value: '1' }, kept);
      await log.put('default', { id: 'b', value: '1' }, kept);
      await follower.follow();
      await lose();
      await log.put('default', { id: 'b', value: '1' }, kept);
      expect(await follower.follow()).toEqual(['1']);
    });
  });
}
