import { AssayError, AssayProtocolError, AssayUnreachableError, ScanEndedError } from '@assay/client';

export interface Failure {
  title: string;
  detail: string;
  /** True = the key is what is wrong. */
  key: boolean;
}

/** What a person is told when something did not work. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AssayError) {
    const { title, detail = '' } = error.problem;
    return error.status === 401 ? wrongKey : { title, detail, key: false };
  }
  if (error instanceof AssayUnreachableError) return unreachable;
  if (error instanceof ScanEndedError) return { title: 'The scan ended without a verdict', detail: error.message, key: false };
  if (error instanceof AssayProtocolError) {
    return { title: 'This page and the service do not fit together', detail: 'Reload the page.', key: false };
  }
  return { title: 'Something went wrong in this page', detail: 'Reload it and try again.', key: false };
}

const wrongKey: Failure = {
  title: 'The API key was not accepted',
  detail: 'Enter the key that "assay up" printed when it started.',
  key: true,
};
const unreachable: Failure = {
  title: 'The service does not answer',
  detail: 'Check that it runs and that you are connected. Nothing was lost: send the file again when it is back.',
  key: false,
};
