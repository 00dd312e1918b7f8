import type { AssayClient } from '@assay/client';
import { type Decision, DecisionLabel } from '@assay/contracts';
import { dateTime, decisionSigns, decisionWords } from '@assay/wording';
import { useRef, useState } from 'react';
import { useDecisions } from '../data/use-decisions';
import { useOwnName } from '../data/use-own-name';
import { Notice } from './notice';

interface Props {
  client: AssayClient;
  media: string;
  onChanged: () => void;
}

const labels = DecisionLabel.options;

/** What people decided on the file: to read, to decide, to take back. */
export function DecisionPanel({ client, media, onChanged }: Props) {
  const { history, failure, busy, decide, reverse } = useDecisions(client, media, onChanged);
  const [name, setName] = useOwnName();
  const [note, setNote] = useState('');
  const by = name.trim();
  const standing = history?.standing ?? null;
  const choices = useRef<HTMLDivElement>(null);
  const takeBack = useRef<HTMLButtonElement>(null);
  const settle = async (request: Promise<boolean>) => {
    // What was written is kept where nothing came of it, and what was written since in any case.
    const taken = await request;
    if (taken) setNote((now) => (now === note ? '' : now));
    return taken;
  };
  const decideOn = (label: DecisionLabel) => {
    if (!busy) void settle(decide(label, by, note));
  };
  const reverseIt = async () => {
    if (busy || !(await settle(reverse(by, note)))) return;
    // This button goes away with what it took back; the keyboard goes on from those that stay.
    if (document.activeElement === takeBack.current) choices.current?.querySelector('button')?.focus();
  };
  return (
    <section className="decision" aria-labelledby="decision">
      <h3 id="decision">Your decision</h3>
      <p className="hint">
        It is yours and not the model’s, and it stands beside what was measured. It labels this file and what is found
        to be a copy of it. You can take it back.
      </p>
      {failure && <Notice failure={failure} />}
      <div className="decision-fields">
        <label>
          Your name
          <input value={name} maxLength={100} autoComplete="name" onChange={({ target }) => setName(target.value)} />
        </label>
        <label>
          Why (if you like)
          <input value={note} maxLength={2000} onChange={({ target }) => setNote(target.value)} />
        </label>
      </div>
      <div className="decision-labels" role="group" aria-label="Decide" ref={choices}>
        {labels.map((label) => (
          <button
            key={label}
            type="button"
            className={`choice ${label}`}
            aria-pressed={standing?.label === label}
            disabled={by === '' || history === null}
            // A button that is disabled loses the focus, and this is for a moment only.
            aria-disabled={busy}
            onClick={() => decideOn(label)}
          >
            <span aria-hidden="true">{decisionSigns[label]}</span> {decisionWords[label]}
          </button>
        ))}
        {standing && (
          <button
            type="button"
            className="quiet"
            ref={takeBack}
            disabled={by === ''}
            aria-disabled={busy}
            onClick={() => void reverseIt()}
          >
            Take it back
          </button>
        )}
      </div>
      {by === '' && <p className="hint">Enter your name to decide.</p>}
      {history && history.decisions.length > 0 && (
        <ol className="decision-history" aria-label="History">
          {[...history.decisions].reverse().map((decision) => (
            <li key={decision.id}>{sentenceOf(decision)}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

function sentenceOf({ label, by, at, note }: Decision): string {
  const what = label === null ? 'taken back' : decisionWords[label].toLowerCase();
  return `${dateTime(at)} · ${by}: ${what}${note ? ` · “${note}”` : ''}`;
}
