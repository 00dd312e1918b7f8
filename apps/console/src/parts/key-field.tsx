import type { Login } from '../data/use-login';
import { type FormEvent, useState } from 'react';

interface Props {
  value: string;
  refused: boolean;
  onChange: (key: string) => void;
  login: Login;
}

export function KeyField({ value, refused, onChange, login }: Props) {
  const [text, setText] = useState(value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(text.trim());
  };
  return (
    <form className="card key" onSubmit={submit}>
      <label htmlFor="api-key">API key</label>
      <div className="row">
        <input
          id="api-key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="assay_…"
          value={text}
          aria-describedby="api-key-help"
          aria-invalid={refused}
          onChange={({ target }) => setText(target.value)}
        />
        <button type="submit">Use this key</button>
        {login.begin && (
          <button type="button" onClick={login.begin}>
            Log in
          </button>
        )}
      </div>
      <p id="api-key-help" className={refused ? 'hint bad' : 'hint'} role={refused ? 'alert' : undefined}>
        {login.failed ? 'Logging in did not work. ' : ''}
        {refused
          ? login.begin
            ? 'This key was not accepted, or your login has ended. '
            : 'This key was not accepted. '
          : ''}
        <code>assay up</code> prints it when it starts. It is kept in this browser only.
      </p>
    </form>
  );
}
