import type { Verdict } from '@assay/contracts';
import { byteSize, credentialsWords, duration, percent } from '@assay/wording';
import type { ReactNode } from 'react';

/** How the verdict was made: what someone else needs to make it again. */
export function MethodDetails({ verdict }: { verdict: Verdict }) {
  const { method, thresholds, policy, provenance, cost, scan } = verdict;
  const { container } = provenance;
  return (
    <details>
      <summary>How this verdict was made</summary>
      <dl>
        <Fact name="Content SHA-256">{method.contentSha256 && <code>{method.contentSha256}</code>}</Fact>
        <Fact name="Scan">
          <code>{scan}</code>
        </Fact>
        <Fact name="File as read">
          {container &&
            `${container.container} · ${container.codec}${container.profile ? ` (${container.profile})` : ''} · ${byteSize(container.bytes)} · ${container.framesPerSecond > 0 ? `${container.framesPerSecond.toFixed(2)} frames/s` : 'still'}`}
        </Fact>
        <Fact name="Put together by, as the file says">{container?.muxer}</Fact>
        <Fact name="Encoder, as the file says">{container?.encoder}</Fact>
        <Fact name="Camera, as the file says">{container?.device}</Fact>
        <Fact name="Made, as the file says">{container?.createdAt}</Fact>
        <Fact name="Content Credentials">{credentialsWords(verdict)}</Fact>
        <Fact name="Policy">
          {policy.id} v{policy.version}: manipulated from {percent(thresholds.manipulated)}, authentic up to{' '}
          {percent(thresholds.authentic)}
        </Fact>
        <Fact name="Looked at">
          {cost.frames} {cost.frames === 1 ? 'frame' : 'frames'}, {cost.cropsScored} face crops
        </Fact>
        <Fact name="Models">
          {method.models.map(({ id, version, sha256 }) => (
            <span key={id} className="line">
              {id} {version} <code>{sha256.slice(0, 12)}…</code>
            </span>
          ))}
        </Fact>
        <Fact name="Crops">{method.preprocessing}</Fact>
        <Fact name="Software">
          {[
            `assay ${method.assay}`,
            ...Object.entries(method.tools).map(([name, version]) => `${name} ${version}`),
          ].join(', ')}
        </Fact>
        <Fact name="Time spent">
          {duration(cost.totalMs)} (decoding {duration(cost.decodeMs)}, finding faces {duration(cost.detectMs)}, scoring{' '}
          {duration(cost.scoreMs)})
        </Fact>
      </dl>
    </details>
  );
}

function Fact({ name, children }: { name: string; children?: ReactNode }) {
  if (children === null || children === undefined || children === '') return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
