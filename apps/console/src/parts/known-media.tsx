import type { KnownFinding, Verdict } from '@assay/contracts';
import { decisionSigns, decisionWords, labelWords, chance, percent } from '@assay/wording';

/** What was known of the file before, beside what was measured; nothing where nothing was. */
export function KnownMedia({ knownMedia }: Pick<Verdict, 'knownMedia'>) {
  if (!knownMedia || knownMedia.matches.length === 0) return null;
  const { matches, inherited, text } = knownMedia;
  return (
    <section className="known" aria-labelledby="known">
      <h3 id="known">Seen before</h3>
      {inherited && (
        <p className={`pill ${inherited.label}`} data-inherited={inherited.label}>
          <span aria-hidden="true">{decisionSigns[inherited.label]}</span> {decisionWords[inherited.label]}, inherited
        </p>
      )}
      <p>{text}</p>
      <ul className="known-matches">
        {matches.map((match, index) => (
          <li key={index}>
            <Match {...match} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const relationWords: Record<KnownFinding['relation'], string> = {
  same_bytes: 'The same file',
  copy: 'A copy',
  excerpt: 'The whole of which this is an excerpt',
  contains: 'A part of this',
  part: 'Has a part in common',
};

function Match({ source, relation, distance, matchedShare, verdict, probability, decision }: KnownFinding) {
  const measured = verdict
    ? ` · was ${labelWords[verdict].toLowerCase()}${probability === null ? '' : ` ${chance(probability)}`}`
    : '';
  const decided = decision ? ` · ${decisionWords[decision.label].toLowerCase()} by ${decision.by}` : '';
  const near =
    relation === 'same_bytes' ? '' : ` · ${percent(matchedShare)} of frames alike, ${distance} bits of 256 apart`;
  const name = source.kind === 'list' ? source.name : `${source.media.slice(0, 12)}…`;
  return (
    <>
      {relationWords[relation]}:{' '}
      {source.kind === 'media' && source.scan ? <a href={`#scan=${source.scan}`}>{name}</a> : <code>{name}</code>}
      {near}
      {measured}
      {decided}
    </>
  );
}
