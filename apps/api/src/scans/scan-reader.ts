import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ScanId, type ScanRecord, type TenantId, VerdictSignature } from '@assay/contracts';
import { findScan, keys, type Ports, readStored } from '@assay/pipeline';
import { problems } from '../problems/problems';
import { CLOSING, PORTS } from '../tokens';

/** A document as it is stored, byte for byte, and the tag that changes with it. */
export interface StoredVerdict {
  body: Buffer;
  etag: string;
}

@Injectable()
export class ScanReader {
  constructor(
    @Inject(PORTS) private readonly ports: Ports,
    @Inject(CLOSING) private readonly closing: AbortSignal,
  ) {}

  /** Another tenant's is not there: that it exists is nobody's business. */
  async find(id: ScanId, tenant: TenantId): Promise<ScanRecord | null> {
    const scan = await findScan(id, this.ports, this.closing);
    return scan?.tenant === tenant ? scan : null;
  }

  /** @throws ProblemError 404 */
  async get(id: ScanId, tenant: TenantId): Promise<ScanRecord> {
    const scan = await this.find(id, tenant);
    if (!scan) throw problems.scanNotFound();
    return scan;
  }

  /** @throws ProblemError 404, by whether there is a verdict */
  async signature(id: ScanId, tenant: TenantId): Promise<VerdictSignature> {
    await this.get(id, tenant);
    const signature = await readStored(this.ports.store, keys.signature(id), VerdictSignature, this.closing);
    if (signature) return signature;
    await this.verdict(id, tenant);
    throw problems.signatureNotFound();
  }

  /** @throws ProblemError 404 that says whether waiting helps */
  async verdict(id: ScanId, tenant: TenantId): Promise<StoredVerdict> {
    const { state, stage, percent, failure } = await this.get(id, tenant);
    const body = await this.ports.store.get(keys.verdict(id), this.closing);
    if (body) return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
    if (state === 'failed' || state === 'cancelled') throw problems.noVerdict(state, failure);
    throw problems.verdictNotReady(stage, percent);
  }
}
