import type { AssayClient } from '@assay/client';
import { byteSize } from '@assay/wording';
import { type ChangeEvent, type DragEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Credential } from '../data/api-key';
import { type Failure, failureOf } from '../data/failure';
import { uploadFile } from '../data/upload-file';
import { Notice } from './notice';
import { ProgressBar } from './progress-bar';

interface Props {
  client: AssayClient;
  credential: Credential;
  /** True where a verdict is on show and deserves the room. */
  compact: boolean;
  onScan: (scan: string) => void;
}

interface Upload {
  file: File;
  fraction: number;
  cancel: AbortController;
}

/** Takes a file by drop, by choice or by keyboard, sends it and asks for its scan. */
export function UploadPanel({ client, credential, compact, onScan }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const choice = useRef<HTMLButtonElement>(null);
  const [upload, setUpload] = useState<Upload | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [over, setOver] = useState(false);
  useNoNavigationOnDrop();

  const send = async (file: File) => {
    const cancel = new AbortController();
    setFailure(null);
    setUpload({ file, fraction: 0, cancel });
    try {
      const onProgress = (fraction: number) => setUpload({ file, fraction, cancel });
      const media = await uploadFile(client, credential, file, onProgress, cancel.signal);
      onScan((await client.createScan({ media }, cancel.signal)).id);
    } catch (error) {
      if (!cancel.signal.aborted) setFailure(failureOf(error));
    } finally {
      flushSync(() => setUpload(null));
      // "Cancel" has gone away; the keyboard goes on from where the next file is chosen.
      if (cancel.signal.aborted) choice.current?.focus();
    }
  };
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !upload) void send(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const onPick = ({ target }: ChangeEvent<HTMLInputElement>) => {
    take(target.files);
    // Choosing the same file again must count as a choice.
    target.value = '';
  };

  if (upload) {
    const { file, fraction, cancel } = upload;
    return (
      <section className="card" aria-label="Upload">
        <h2 className="file-name">{file.name}</h2>
        <ProgressBar
          label="Uploading"
          fraction={fraction}
          note={`${byteSize(file.size * fraction)} of ${byteSize(file.size)}`}
        />
        <button type="button" className="quiet" onClick={() => cancel.abort(new Error('Cancelled.'))}>
          Cancel
        </button>
      </section>
    );
  }
  return (
    <section aria-label="Upload">
      {failure && <Notice failure={failure} />}
      <div
        className={['drop', compact ? 'compact' : '', over ? 'over' : ''].join(' ')}
        onDragOver={(event) => [event.preventDefault(), setOver(true)]}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <p>{compact ? 'Drop another video or picture' : 'Drop a video or a picture here'}</p>
        <button type="button" ref={choice} disabled={credential === ''} onClick={() => input.current?.click()}>
          Choose a file
        </button>
        <input ref={input} type="file" accept="video/*,image/*" hidden onChange={onPick} />
        {!compact && <p className="hint">MP4, MOV, WebM, MKV, AVI, MPEG-TS, GIF, JPEG, PNG, WebP.</p>}
      </div>
    </section>
  );
}

/** A file that misses the box would otherwise replace the page. */
function useNoNavigationOnDrop(): void {
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault();
    window.addEventListener('dragover', stay);
    window.addEventListener('drop', stay);
    return () => {
      window.removeEventListener('dragover', stay);
      window.removeEventListener('drop', stay);
    };
  }, []);
}
