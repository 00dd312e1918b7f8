import { type ProblemCode, problemCatalogue, problemTypePrefix } from '../../apps/api/src/problems/catalogue';
import { everyProblem } from './problem-samples';

const intro = `# Errors

<!-- Made from apps/api/src/problems by \`ASSAY_UPDATE_DOCS=1 npx jest test/docs\`: change it there. -->

Every refusal is a problem document (RFC 9457), \`Content-Type: application/problem+json\`:

\`\`\`json
{
  "type": "urn:problem-type:assay:invalid-request",
  "title": "The request is not valid",
  "status": 400,
  "detail": "media: must be 64 lower-case hex digits.",
  "errors": [{ "path": "media", "message": "must be 64 lower-case hex digits" }],
  "instance": "urn:assay:request:3b0f6a52-52f4-4a0e-9c55-0d8f4f3f2a10"
}
\`\`\`

- **Programs go by \`type\`**, a name that stays the same wherever the service runs; below it stands without \`${problemTypePrefix}\`. New ones may
  come with a later version: go by the status then. Which of them a route may answer is at the route in \`/docs\`.
- **People go by \`detail\`**: what happened this time, and what to do. It is no part of the interface and may change.
- \`errors\` names everything that is wrong with a request, all together; \`quota\` comes with \`quota-exceeded\`.
- \`instance\` is the request's id, also in \`X-Request-Id\`, by which the operator finds it in the logs.
- **Asking again.** 429, 503, 507 and whatever else says so below come with \`Retry-After\` in seconds: wait that long, and send the same request. After 500, or a connection that
  broke, a GET, PUT or DELETE may be sent again, and a POST with the same [\`Idempotency-Key\`](api-ingest.md#sending-a-request-again-idempotency-key). \`@assay/client\` does all of this.

A batch of scans and the events of a bucket have a problem document of this kind for each item that was refused. What is wrong with a file itself is no error of the API: its scan
ends with the verdict \`rejected\`, and \`rejection\` says why ([the verdict](verdict.md#rejection)).
`;

/** docs/errors.md: every problem that the service can answer with, by status. */
export function errorsPage(): string {
  const rows = everyProblem()
    .map(({ problem: { type, status, title } }) => ({ code: type.slice(problemTypePrefix.length), status, title }))
    .map((row) => ({ ...row, ...problemCatalogue[row.code as ProblemCode] }))
    .sort((a, b) => a.status - b.status || (a.code < b.code ? -1 : 1))
    .map(({ code, status, title, meaning, again }) => `| ${status} | \`${code}\` | ${title} | ${meaning} | ${again} |`);
  const head = ['| status | type | title | when | does another try help? |', '|---|---|---|---|---|'];
  return [intro, ...head, ...rows, ''].join('\n');
}
