/** Containers that the reader opens, by ffprobe's name. C2PA defines no place for a manifest in Matroska and WebM. */
const mimeTypes: Record<string, string> = {
  mov: 'video/mp4',
  avi: 'video/avi',
  gif: 'image/gif',
  jpeg_pipe: 'image/jpeg',
  png_pipe: 'image/png',
  apng: 'image/png',
  webp_pipe: 'image/webp',
  tiff_pipe: 'image/tiff',
};

/** @returns null where Content Credentials cannot be read from such a container */
export const mimeTypeOf = (container: string): string | null => mimeTypes[container] ?? null;
