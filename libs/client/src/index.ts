export { AssayClient } from './assay-client';
export { AssayError, AssayProtocolError, AssayUnreachableError, ScanEndedError } from './assay-error';
export { parseResponse } from './parse-response';
export type { ConnectionSettings } from './requests';
export type { PostOptions, UploadOptions, UploadSource } from './upload';
export type { ResumableOptions, ResumableSource, ResumedUpload } from './upload-resumable';
