import type { Verdict, VerdictTrack } from '@assay/contracts';
import { intervalWords, credentialsWords, mostSuspiciousFirst, prevalenceWords } from '@assay/wording';
import { factsTable } from './facts-table';
import { html, Markup, htmlPage } from './html';
import { reportStyle } from './report-style';
import {
  faceHeadings,
  faceRows,
  formatEstimate,
  formatMoment,
  formatProbability,
  labelWords,
  type FaceRow,
} from './words';

/** Evidence images shown for one face; the folder beside the report has the rest. */
const maxFramesPerFace = 6;

/**
 * A verdict as one HTML file for people: no script, nothing fetched, all pictures inside.
 *
 * @param pictures artefact name -> data URI; names that are missing are left out
 */
export function reportHtml(verdict: Verdict, pictures: ReadonlyMap<string, string>): string {
  const { symbol, text } = labelWords[verdict.verdict];
  const title = verdict.file ?? 'media';
  return htmlPage({
    title: `${text}: ${title}`,
    style: reportStyle,
    body: html`<header>
        <h1>${title}</h1>
        <p class="label ${verdict.verdict}">${symbol} ${text}</p>
        ${estimate(verdict)}
      </header>
      ${reasons(verdict)} ${timeline(verdict, pictures)} ${faces(verdict, pictures)} ${facts(verdict)}
      ${method(verdict)}
      <p class="soft last">
        An estimate made by software. It can be wrong, most of all on media unlike what its models learned from.
      </p>`,
  });
}

function estimate(verdict: Verdict): Markup | null {
  if (verdict.probability === null) return null;
  const percent = (value: number): string => `${(value * 100).toFixed(1)}%`;
  const [low, high] = verdict.interval ?? [verdict.probability, verdict.probability];
  const { authentic, manipulated } = verdict.thresholds;
  return html`<p class="soft">
      Probability that a face was manipulated:
      <strong>${formatEstimate(verdict.probability, verdict.interval)}</strong>, with its 90 % interval:
      ${intervalWords(verdict)}
    </p>
    <div
      class="scale"
      role="img"
      aria-label="Probability ${formatProbability(verdict.probability)} on a scale from 0 %, authentic, to 100 %, manipulated"
    >
      <i style="left:${percent(low)};width:${percent(high - low)}"></i><u style="left:${percent(authentic)}"></u
      ><u style="left:${percent(manipulated)}"></u><b style="left:${percent(verdict.probability)}"></b>
    </div>
    <div class="ends">
      <span>authentic</span
      ><span class="thresholds"
        >policy ${verdict.policy.id}: authentic up to ${formatProbability(authentic)}, manipulated from
        ${formatProbability(manipulated)}</span
      ><span>manipulated</span>
    </div>
    <p class="soft">${prevalenceWords(verdict) ?? ''}</p>`;
}

function reasons(verdict: Verdict): Markup {
  const texts = verdict.rejection ? [verdict.rejection.message] : verdict.reasons.map((reason) => reason.text);
  return html`<section>
    <h2>Why</h2>
    <ul>
      ${texts.map((text) => html`<li>${text}</li>`)}
    </ul>
  </section>`;
}

function timeline(verdict: Verdict, pictures: ReadonlyMap<string, string>): Markup | null {
  const plot = verdict.timelinePlot && pictures.get(verdict.timelinePlot);
  if (!plot) return null;
  return html`<section>
    <h2>Over time</h2>
    <div class="wide"><img class="plot" src="${plot}" alt="Highest face probability over time" /></div>
  </section>`;
}

function faces(verdict: Verdict, pictures: ReadonlyMap<string, string>): Markup | null {
  const rows = faceRows(verdict);
  if (rows.length === 0) return null;
  const keys = (Object.keys(faceHeadings) as (keyof FaceRow)[]).filter((key) => rows.some((row) => row[key]));
  return html`<section>
      <h2>Faces</h2>
      <div class="wide">
        <table class="faces">
          <tr>
            ${keys.map((key) => html`<th>${faceHeadings[key]}</th>`)}
          </tr>
          ${rows.map(
            (row) =>
              html`<tr>
                ${keys.map((key) => html`<td>${row[key]}</td>`)}
              </tr>`,
          )}
        </table>
      </div>
      ${howFacesAreJudged(verdict)}
    </section>
    ${mostSuspiciousFirst(verdict.tracks).map((track) => evidence(track, verdict.kind === 'still', pictures))}`;
}

/** Nothing where no face was. */
function howFacesAreJudged({ kind, tracks }: Verdict): Markup | null {
  if (tracks.every(({ framesScored }) => framesScored === 0)) return null;
  return html`<p class="soft">
    ${kind === 'still' ? 'One frame is little to go by, so a face is given a more cautious probability of manipulation than its picture below alone would have.' : "A face's probability of manipulation weighs all frames judged; a picture below has the score of its frame alone."}
  </p>`;
}

function evidence(track: VerdictTrack, still: boolean, pictures: ReadonlyMap<string, string>): Markup {
  const figures = track.evidence.slice(0, maxFramesPerFace).flatMap((frame) => {
    const crop = pictures.get(frame.crop);
    if (!crop) return [];
    const overlay = frame.overlay ? pictures.get(frame.overlay) : undefined;
    const second = overlay ? html`<img src="${overlay}" alt="The same face with the suspected area marked" />` : null;
    return html`<figure>
      <div>
        <img src="${crop}" alt="Face ${track.index + 1}${still ? '' : ` at ${formatMoment(frame.seconds)}`}" />${second}
      </div>
      <figcaption>
        ${still ? '' : `${formatMoment(frame.seconds)} · `}${frame.probability === null ? 'not judged' : `this frame ${formatProbability(frame.probability)}`}${overlay ? ' · right: suspected area' : ''}
      </figcaption>
    </figure>`;
  });
  if (figures.length === 0) return html``;
  return html`<section>
    <h2>Face ${track.index + 1}${headingOf(track, still)}</h2>
    <div class="frames">${figures}</div>
  </section>`;
}

function headingOf({ framesScored }: VerdictTrack, still: boolean): string {
  if (framesScored === 0) return ': not judged';
  return still ? '' : ': the frames that weigh most';
}

function facts(verdict: Verdict): Markup | null {
  const probe = verdict.provenance.container;
  if (!probe) return null;
  const rate = probe.framesPerSecond ? `, ${probe.framesPerSecond.toFixed(2)} frames/s` : '';
  return factsTable('The file', [
    ['container', `${probe.container}, ${probe.bytes} bytes`],
    ['picture', `${probe.width} × ${probe.height}, ${probe.codec}${probe.profile ? ` ${probe.profile}` : ''}${rate}`],
    ['length', probe.kind === 'still' ? 'still picture' : formatMoment(probe.durationSeconds)],
    ['put together by, as the file says', probe.muxer],
    ['encoder, as the file says', probe.encoder],
    ['camera, as the file says', probe.device],
    ['made, as the file says', probe.createdAt],
    ['known media', verdict.knownMedia?.text ?? 'not looked up'],
    ['Content Credentials', credentialsWords(verdict)],
  ]);
}

function method(verdict: Verdict): Markup {
  const { method } = verdict;
  const code = (text: string): Markup => html`<code>${text}</code>`;
  const models = method.models.map((m) => html`${m.id} ${m.version}, ${m.task}, <code>${m.sha256}</code><br />`);
  const tools = Object.entries(method.tools).map(([tool, version]) => `${tool} ${version}`);
  return factsTable('How it was made', [
    ['scan', code(verdict.scan)],
    ['when', verdict.createdAt],
    ['content SHA-256', method.contentSha256 ? code(method.contentSha256) : null],
    ['assay', method.assay],
    ['tools', tools.join(', ')],
    ['models', html`${models}`],
    ['model set', code(method.modelSet)],
    ['preprocessing', method.preprocessing],
    ['policy', `${verdict.policy.id}, version ${verdict.policy.version}`],
    ['frames looked at', String(verdict.cost.frames)],
    ['check it', code('assay verify verdict.json <file>')],
  ]);
}
