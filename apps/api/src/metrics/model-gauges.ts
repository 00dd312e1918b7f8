import { type Ports, readDrift } from '@assay/pipeline';
import { Gauge, type Registry } from 'prom-client';

/** Days whose scores are compared with the reference, today included: one that has just begun says little alone. */
const days = 2;
/** Digits of a digest that a person compares. */
const shortDigest = 12;

/** Which sets judge what, and how far the live one has moved; asked from store and Redis at each scrape. */
export class ModelGauges {
  private readonly share: Gauge<'set' | 'role'>;
  private readonly psi: Gauge<'set' | 'model'>;
  private readonly scores: Gauge<'set' | 'model'>;

  constructor(
    private readonly ports: Pick<Ports, 'rollout' | 'models' | 'tallies'>,
    registry: Registry,
  ) {
    const registers = [registry];
    this.share = new Gauge({
      name: 'assay_model_set_traffic_ratio',
      help: 'Share of the traffic of each model set: live, canary, shadow',
      labelNames: ['set', 'role'],
      registers,
    });
    this.psi = new Gauge({
      name: 'assay_model_score_psi',
      help: 'Population stability index of the scores of the live set, today and yesterday, against its reference; absent where there are too few to say',
      labelNames: ['set', 'model'],
      registers,
    });
    this.scores = new Gauge({
      name: 'assay_model_scored_faces',
      help: 'Faces that the live set scored today and yesterday',
      labelNames: ['set', 'model'],
      registers,
    });
  }

  /** Never rejects: without store or Redis the rest of the metrics is still worth telling, and old numbers are not. */
  async refresh(signal: AbortSignal): Promise<void> {
    for (const gauge of [this.share, this.psi, this.scores]) gauge.reset();
    await this.ask(signal).catch(() => undefined);
  }

  private async ask(signal: AbortSignal): Promise<void> {
    const { rollout, models, tallies } = this.ports;
    const now = await rollout.now(signal);
    const live = now?.live ?? models.digest;
    const short = (set: string): string => set.slice(0, shortDigest);
    this.share.set({ set: short(live), role: 'live' }, 1 - (now?.canary?.share ?? 0));
    for (const role of ['canary', 'shadow'] as const) {
      const trial = now?.[role];
      if (trial) this.share.set({ set: short(trial.set), role }, trial.share);
    }
    if (!tallies) return;
    const { set, models: drifts } = await readDrift(live, now?.reference ?? null, days, tallies);
    for (const { model, psi, level, scores } of drifts) {
      this.scores.set({ set: short(set), model }, scores);
      if (psi !== null && level !== 'unknown') this.psi.set({ set: short(set), model }, psi);
    }
  }
}
