import { AssayUnreachableError, parseResponse } from '@assay/client';
import { MediaRecord } from '@assay/contracts';

/** `fetch` cannot say how far an upload is; the older interface can. @param onProgress 0..1 */
export function postFile(
  file: File,
  apiKey: string,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<MediaRecord> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/v1/media');
    request.setRequestHeader('authorization', `Bearer ${apiKey}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('x-file-name', encodeURIComponent(file.name));
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      try {
        resolve(parseResponse(request.status, request.responseText, MediaRecord));
      } catch (error) {
        reject(error);
      }
    });
    request.addEventListener('error', () => reject(new AssayUnreachableError(new Error('The upload broke.'))));
    request.addEventListener('abort', () => reject(signal.reason));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
