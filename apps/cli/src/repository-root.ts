import { resolve } from 'node:path';

/** The checkout that this build lies in: apps/cli/{src,dist} is three floors below it. */
export const repositoryRoot = resolve(__dirname, '../../..');
