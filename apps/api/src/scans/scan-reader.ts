import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ScanId, type ScanRecord, VerdictSignature } from '@assay/contracts';
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

  find(id: ScanId): Promise<ScanRecord | null> {
    return findScan(id, this.ports, this.closing);
  }

  /** @throws ProblemError 404 */
  async get(id: ScanId): Promise<ScanRecord> {
    const scan = await this.find(id);
    if (!scan) throw problems.scanNotFound();
    return scan;
  }

  /** @throws ProblemError 404, by whether there is a verdict */
  async signature(id: ScanId): Promise<VerdictSignature> {
    const signature = await readStored(this.ports.store, keys.signature(id), VerdictSignature, this.closing);
    if (signature) return signature;
    await this.verdict(id);
    throw problems.signatureNotFound();
  }

  /** @throws ProblemError 404 that says whether waiting helps */
  async verdict(id: ScanId): Promise<StoredVerdict> {
    const body = await this.ports.store.get(keys.verdict(id), this.closing);
    if (body) return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
    const { state, stage, percent, failure } = await this.get(id);
    if (state === 'failed' || state === 'cancelled') throw problems.noVerdict(state, failure);
    throw problems.verdictNotReady(stage, percent);
  }
}
