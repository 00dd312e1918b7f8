import { z } from 'zod';
import { ScanCallback } from './callback';
import { MediaId, ScanId } from './ids';
import { Lane } from './lane';
import { Subject } from './subject';
import { Owner } from './tenant';

/** Last part of a resumable upload's address. */
export const UploadId = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits');
export type UploadId = z.infer<typeof UploadId>;

/** How far a resumable upload is, and what became of it. */
export const UploadRecord = z.object({
  id: UploadId,
  /** Whose it is. */
  tenant: Owner,
  /** `complete`: every byte is here, and it is being made a media item. `taken`: it is one. */
  state: z.enum(['receiving', 'complete', 'taken']),
  /** Size of the whole file. */
  bytes: z.number().int(),
  /** Bytes received so far. */
  offset: z.number().int(),
  /** When the service forgets it: until then an upload can be resumed, and asked what became of it. */
  expiresAt: z.iso.datetime(),
  /** The media item that it became; null until it has. */
  media: MediaId.nullable(),
  /** The scan that its metadata asked for; null until the media item is there, and where none was asked for. */
  scan: ScanId.nullable(),
});
export type UploadRecord = z.infer<typeof UploadRecord>;

/** Body of POST /v1/uploads/direct. */
export const BeginDirectUpload = z.strictObject({
  /** Size of the file. */
  bytes: z.number().int().min(1),
  /** File name, for people. */
  name: z.string().min(1).max(255).optional(),
  /** Whom or what it is about; see docs/keeping.md. */
  subject: Subject.optional(),
  /** Ask for a scan once everything is there. */
  scan: z.boolean().optional(),
  /** Policy of that scan; naming one asks for it. */
  policy: z.string().min(1).max(255).optional(),
  /** How urgent that scan is. */
  priority: Lane.optional(),
  /** Whom to call when something has become of that scan. */
  callback: ScanCallback.optional(),
});
export type BeginDirectUpload = z.infer<typeof BeginDirectUpload>;

/** Where the pieces of a file go: each by a PUT to the address of its place in the list. */
export const DirectUpload = z.object({
  /** Last part of the address at which it is completed and asked about. */
  id: UploadId,
  /** Size of every piece but the last. */
  partBytes: z.number().int(),
  /** They carry the right to write that piece, and no other: treat them as a secret. */
  partUrls: z.array(z.url()),
  /** Until when the addresses can be used, ISO 8601 in UTC. */
  expiresAt: z.iso.datetime(),
});
export type DirectUpload = z.infer<typeof DirectUpload>;
