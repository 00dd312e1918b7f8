import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Liveness, Readiness } from '@assay/contracts';
import { type Ports, underAny } from '@assay/pipeline';
import type { Response } from 'express';
import { Describe } from '../docs/describe';
import { CLOSING, PORTS } from '../tokens';

/** Longer than a healthy check takes, shorter than a load balancer waits, ms. */
const checkMs = 3_000;
/** Anybody may ask, and the store is asked by writing to it: what was found holds for so long, ms. */
const heldMs = 2_000;

type Checks = Readiness['checks'];

@Controller('v1/health')
export class HealthController {
  private last: { atMs: number; checks: Promise<Checks> } | null = null;

  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  @Get('live')
  @Describe({ summary: 'Is the process alive', open: true, answers: { 200: { schema: 'Liveness', text: 'Yes' } } })
  live(): Liveness {
    return { status: 'live' };
  }

  @Get('ready')
  @Describe({
    summary: 'Can the service do its work',
    open: true,
    answers: {
      200: { schema: 'Readiness', text: 'Yes' },
      503: { schema: 'Readiness', text: 'No, and which part is missing' },
    },
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const now = performance.now();
    if (!this.last || now - this.last.atMs >= heldMs) this.last = { atMs: now, checks: this.check() };
    const checks = await this.last.checks;
    const ready = !this.closing.aborted && Object.values(checks).every((state) => state === 'ok');
    response.status(ready ? 200 : 503).set('cache-control', 'no-store');
    return { status: ready ? 'ready' : 'unavailable', checks };
  }

  private async check(): Promise<Checks> {
    const { index, store, models, mock } = this.ports;
    const [indexState, storeState] = await underAny([this.closing, AbortSignal.timeout(checkMs)], (signal) =>
      Promise.all([stateOf(index.check(signal)), stateOf(store.check(signal))]),
    );
    return {
      index: indexState,
      store: storeState,
      // Digests were checked at the start; without a forgery model every verdict would be an abstention.
      models: mock || models.entries.some(({ task }) => task.startsWith('forgery')) ? 'ok' : 'unavailable',
    };
  }
}

async function stateOf(check: Promise<void>): Promise<'ok' | 'unavailable'> {
  return check.then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
}
