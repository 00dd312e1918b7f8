import type { Failure } from '../data/failure';

interface Props {
  failure: Failure;
  onRetry?: () => void;
}

/** Says what did not work, and what can be done. */
export function Notice({ failure, onRetry }: Props) {
  return (
    <div className="notice" role="alert">
      <div>
        <strong>{failure.title}</strong>
        {failure.detail && <p>{failure.detail}</p>}
      </div>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
