import { DecisionLabel, ScanState, VerdictLabel } from '@assay/contracts';
import { decisionWords, labelWords, stateWords } from '@assay/wording';
import { daysFit, everything, isNarrowed, type ScanChoice } from '../data/scan-choice';

interface Props {
  choice: ScanChoice;
  onChoose: (choice: ScanChoice) => void;
}

/** What the list is narrowed to. Native fields: the keyboard and the person's own calendar come with them. */
export function ScanFilter({ choice, onChoose }: Props) {
  const narrow = (part: Partial<ScanChoice>) => onChoose({ ...choice, ...part });
  const { verdict, state, label, from, to } = choice;
  const isWrong = !daysFit(choice);
  return (
    <fieldset className="filters">
      <legend className="unseen">Which scans to show</legend>
      <Choice
        name="Verdict"
        value={verdict}
        words={labelWords}
        options={VerdictLabel.options}
        onChange={(value) => narrow({ verdict: value })}
      />
      <Choice
        name="State"
        value={state}
        words={stateWords}
        options={ScanState.options}
        onChange={(value) => narrow({ state: value })}
      />
      <Choice
        name="Decision"
        value={label}
        words={decisionWords}
        options={DecisionLabel.options}
        onChange={(value) => narrow({ label: value })}
      />
      <Day name="From" value={from} isWrong={isWrong} onChange={(day) => narrow({ from: day })} />
      <Day name="To" value={to} isWrong={isWrong} onChange={(day) => narrow({ to: day })} />
      <button
        type="button"
        className="quiet"
        // A button that is disabled or gone would lose the focus.
        aria-disabled={!isNarrowed(choice)}
        onClick={() => onChoose(everything)}
      >
        Show all
      </button>
      {isWrong && (
        <p id="days-wrong" className="hint bad" role="alert">
          The first day comes after the last one.
        </p>
      )}
    </fieldset>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  value: T | '';
  options: readonly T[];
  words: Record<T, string>;
  onChange: (value: T | '') => void;
}

function Choice<T extends string>({ name, value, options, words, onChange }: ChoiceProps<T>) {
  return (
    <label>
      {name}
      <select
        value={value}
        onChange={({ target }) => onChange(options.find((option) => option === target.value) ?? '')}
      >
        <option value="">Any</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {words[option]}
          </option>
        ))}
      </select>
    </label>
  );
}

interface DayProps {
  name: string;
  value: string;
  isWrong: boolean;
  onChange: (day: string) => void;
}

/** Years have four digits: fields without a last day take six. */
const lastDay = '9998-12-31';

function Day({ name, value, isWrong, onChange }: DayProps) {
  return (
    <label>
      {name}
      <input
        type="date"
        max={lastDay}
        value={value}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? 'days-wrong' : undefined}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
