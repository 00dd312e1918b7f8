import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Manifest } from '@assay/contracts';

/** Holds: the numbers by which a shipped model's outputs are read stand in its card as they stand in the manifest, to two digits. */
const models = join(__dirname, '../../../../models');
const read = (file: string) => readFileSync(join(models, file), 'utf8');
const entries = Manifest.parse(JSON.parse(read('manifest.json'))).models;

it.each(entries.map((entry) => [entry.id, entry] as const))('the card of %s tells the numbers of its manifest entry', (_id, entry) => {
  const card = read(entry.card);
  expect(card.split('\n')[0]).toContain(entry.version);
  if (entry.calibration) {
    const { a, b } = entry.calibration;
    const sign = b < 0 ? '-' : '+';
    expect(card).toContain(`p = sigmoid(${a.toFixed(2)} mean logit ${sign} ${Math.abs(b).toFixed(2)})`);
  }
  if (entry.scoreThreshold !== undefined) expect(card).toContain(String(entry.scoreThreshold));
});
