/**
 * What holds: the plugin is what Coop's loader accepts (`pluginLoader` and `types/integration.ts` of roostorg/coop), with all
 * seven sections of the model card; its signals are switched off until they are configured, and give no score where there is
 * none. That they work against a service is shown in `test/e2e/adapters.e2e.spec.ts`.
 */
import * as loaded from '.';
import { requiredSections, type SignalContext } from './plugin-contract';

const context = (config: Record<string, unknown>): SignalContext => ({
  integrationId: 'ASSAY',
  getCredential: async () => config,
});
const signalsOf = (config: Record<string, unknown>) =>
  loaded.default.createSignals(context(config)).map(({ signal }) => signal);

it('is what the loader takes', () => {
  const resolved = loaded.default;
  const { manifest } = resolved;
  // `isCoopIntegrationPlugin`
  expect([typeof manifest.id, typeof manifest.name, typeof manifest.version, typeof manifest.requiresConfig]).toEqual([
    'string',
    'string',
    'string',
    'boolean',
  ]);
  expect(manifest.id).toMatch(/^[A-Z][A-Z0-9_]*$/);
  const given = resolved.createSignals(context({}));
  expect(given.map(({ signalTypeId, signal }) => [signalTypeId, signal.id.type])).toEqual(
    manifest.signalTypeIds.map((id) => [id, id]),
  );
  expect(given.every(({ signal }) => signal.integration === manifest.id)).toBe(true);
});

it('has a card with seven sections that say something', () => {
  const { modelCard } = loaded.default.manifest;
  expect(modelCard.sections.map(({ id }) => id)).toEqual([...requiredSections]);
  for (const { fields, title } of modelCard.sections) {
    expect([title, fields.length > 0, fields.every(({ value }) => value.length > 10)]).toEqual([title, true, true]);
  }
});

it.each([
  ['nothing', {}, true],
  ['half', { baseUrl: 'https://assay.example' }, true],
  ['blanks', { baseUrl: 'https://assay.example', apiKey: ' ' }, true],
  ['both', { baseUrl: 'https://assay.example', apiKey: 'k' }, false],
])('with %s configured', async (_what, config, disabled) => {
  for (const signal of signalsOf(config)) expect(await signal.getDisabledInfo('org')).toMatchObject({ disabled });
});

it('has no score for what it cannot look at', async () => {
  for (const signal of signalsOf({})) {
    const run = signal.run({ orgId: 'org', value: { type: 'VIDEO', value: { url: 'https://media.example/a.mp4' } } });
    await expect(run).rejects.toMatchObject({ name: 'NoScoreError' });
  }
  for (const signal of signalsOf({ baseUrl: 'https://assay.example', apiKey: 'k' })) {
    await expect(signal.run({ orgId: 'org', value: { type: 'STRING', value: 7 } })).rejects.toMatchObject({
      name: 'NoScoreError',
    });
  }
});
