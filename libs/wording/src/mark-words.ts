import type { Revision } from '@assay/contracts';
import { dateTime } from './numbers';

/** Of a verdict that a service in mock mode made up, whatever it says. */
export const mockWords = {
  mark: 'Mock',
  sign: '!',
  text: 'Made up by a service in mock mode: nothing was looked at.',
};

/** `Revision 2, 2 Jan 2026, 03:04: A decision was taken back.` */
export const revisionWords = ({ number, at, reason }: Revision): string =>
  `Revision ${number}, ${dateTime(at)}: ${reason}`;
