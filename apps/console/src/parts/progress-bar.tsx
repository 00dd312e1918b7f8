interface Props {
  label: string;
  /** 0..1 */
  fraction: number;
  note?: string;
}

export function ProgressBar({ label, fraction, note }: Props) {
  const whole = Math.floor(fraction * 100);
  return (
    <div className="progress">
      <div className="progress-words">
        <span aria-live="polite">{label}</span>
        <span className="figure">{whole} %</span>
      </div>
      <div
        className="bar"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={whole}
      >
        <span style={{ width: `${fraction * 100}%` }} />
      </div>
      {note && <p className="hint">{note}</p>}
    </div>
  );
}
