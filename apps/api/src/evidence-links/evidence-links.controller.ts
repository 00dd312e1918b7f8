import { Body, Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
// Schemas under names of their own: a parameter whose type is also a value is written into decorator metadata.
import { CreateEvidenceLinks as CreateEvidenceLinksSchema, ScanId as ScanIdSchema, Verdict } from '@assay/contracts';
import type { CreateEvidenceLinks, EvidenceLinks, ScanId, TenantId } from '@assay/contracts';
import { keys, parseJson, type Ports } from '@assay/pipeline';
import type { Request, Response } from 'express';
import { Tenant } from '../auth/principal';
import { Describe } from '../docs/describe';
import { ZodPipe } from '../http/zod.pipe';
import { dontKeepAnswer } from '../idempotency/idempotency';
import { ScanReader } from '../scans/scan-reader';
import { CLOSING, PORTS, PUBLIC_URL } from '../tokens';
import { LinkKeys } from './link-keys';
import { publicOrigin } from './public-origin';
import { signLink } from './sign-link';

/** What of a verdict names evidence. */
const NamedEvidence = Verdict.pick({ tracks: true, timelinePlot: true });

@Controller('v1/scans/:scan/evidence-links')
export class EvidenceLinksController {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
    @Inject(PUBLIC_URL) private readonly publicUrl: string | null,
    private readonly linkKeys: LinkKeys,
    private readonly reader: ScanReader,
  ) {}

  @Post()
  @HttpCode(200)
  @Describe({
    summary: 'Links to the evidence that work without a key',
    detail:
      'For an image in a page, a moderation tool or an e-mail: whoever has a link can open it until it expires. One for each artefact of the verdict that is there. Asked again, also with the same `Idempotency-Key`, there are new ones.',
    params: { scan: 'ScanId' },
    body: 'CreateEvidenceLinks',
    answers: {
      200: { schema: 'EvidenceLinks', text: 'The links by the names of the artefacts, and when they expire' },
    },
    refusals: [400, 'scan-not-found', 'verdict-not-ready', 'no-verdict', 413, 415],
  })
  async create(
    @Tenant() tenant: TenantId,
    @Param('scan', new ZodPipe(ScanIdSchema, 'scan')) scan: ScanId,
    @Body(new ZodPipe(CreateEvidenceLinksSchema)) { expiresInSeconds }: CreateEvidenceLinks,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EvidenceLinks> {
    response.set('cache-control', 'no-store');
    // They open things, and would have expired by the time that somebody asks again.
    dontKeepAnswer(response);
    const origin = publicOrigin(request, this.publicUrl);
    const names = await this.namesOf(scan, tenant);
    const expires = Math.ceil(Date.now() / 1000) + expiresInSeconds;
    const key = await this.linkKeys.signing(this.closing);
    const linkTo = (name: string): string => {
      const signature = signLink({ tenant, scan, name, expires }, key);
      const query = new URLSearchParams({ tenant, expires: String(expires), signature });
      return `${origin}/v1/scans/${scan}/evidence/${name}?${query.toString()}`;
    };
    return {
      links: Object.fromEntries(names.map((name) => [name, linkTo(name)])),
      expiresAt: new Date(expires * 1000).toISOString(),
    };
  }

  /** Artefacts that the verdict names and the store has. @throws ProblemError 404 where there is no verdict */
  private async namesOf(scan: ScanId, tenant: TenantId): Promise<string[]> {
    const { body } = await this.reader.verdict(scan, tenant);
    const { tracks, timelinePlot } = NamedEvidence.parse(parseJson(body));
    const pictures = tracks.flatMap(({ evidence }) => evidence.flatMap(({ crop, overlay }) => [crop, overlay]));
    const named = new Set([...pictures, timelinePlot].filter((name) => name !== null));
    const there: string[] = [];
    const folder = keys.evidence(scan, '');
    for await (const { key } of this.ports.store.list(folder, this.closing)) there.push(key.slice(folder.length));
    return there.filter((name) => named.has(name));
  }
}
