import type { Verdict } from '@assay/contracts';
import { chance, intervalWords, prevalenceWords } from '@assay/wording';

type Props = Pick<Verdict, 'probability' | 'interval' | 'thresholds' | 'atPrevalence' | 'kind'>;

/** The probability with its interval, on the scale that the policy's thresholds divide. */
export function Gauge({ probability, interval, thresholds, atPrevalence, kind }: Props) {
  if (probability === null) return null;
  const [low, high] = interval ?? [probability, probability];
  const words = `${chance(probability)} probability of manipulation; ${chance(low)} to ${chance(high)} is ${intervalWords({ kind })}`;
  return (
    <figure className="gauge">
      <div className="gauge-figure">
        <span className="big">{chance(probability)}</span>
        <span>
          probability of manipulation
          <br />
          <span className="hint" title={intervalWords({ kind })}>
            90 % interval {chance(low)} – {chance(high)}
          </span>
        </span>
      </div>
      <div className="scale" role="img" aria-label={words}>
        <span className="zone authentic" style={{ left: 0, width: percentOf(thresholds.authentic) }} />
        <span
          className="zone between"
          style={{
            left: percentOf(thresholds.authentic),
            width: percentOf(thresholds.manipulated - thresholds.authentic),
          }}
        />
        <span
          className="zone manipulated"
          style={{ left: percentOf(thresholds.manipulated), width: percentOf(1 - thresholds.manipulated) }}
        />
        <span className="interval" style={{ left: percentOf(low), width: percentOf(high - low) }} />
        <span className="marker" style={{ left: percentOf(probability) }} />
      </div>
      <figcaption aria-hidden="true">
        <span>authentic</span>
        <span>inconclusive</span>
        <span>manipulated</span>
      </figcaption>
      <p className="hint">{prevalenceWords({ atPrevalence })}</p>
    </figure>
  );
}

const percentOf = (fraction: number): string => `${fraction * 100}%`;
