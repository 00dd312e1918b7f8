import { defaultPolicy, ScanId } from '@assay/contracts';
import { scanIdFor } from './scan-id';

const media = 'a'.repeat(64);
const models = 'b'.repeat(64);

describe('scanIdFor', () => {
  it('is a valid id and the same for the same question', () => {
    const reordered = Object.fromEntries(Object.entries(defaultPolicy).reverse()) as typeof defaultPolicy;
    expect(ScanId.parse(scanIdFor(media, defaultPolicy, models))).toBe(scanIdFor(media, reordered, models));
  });

  it('changes with the content of the policy, not only with its name', () => {
    const edited = { ...defaultPolicy, thresholds: { manipulated: 0.8, authentic: 0.3 } };
    expect(scanIdFor(media, edited, models)).not.toBe(scanIdFor(media, defaultPolicy, models));
  });

  it('changes with media and models', () => {
    const ids = [
      scanIdFor(media, defaultPolicy, models),
      scanIdFor(models, defaultPolicy, models),
      scanIdFor(media, defaultPolicy, media),
    ];
    expect(new Set(ids).size).toBe(3);
  });
});
