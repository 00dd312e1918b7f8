/**
 * tus over the folder store. What holds: the protocol, see `tus-conformance.ts`.
 */
import { startTestApi, type TestApi } from '../support/api';
import { tusConformance } from './tus-conformance';

const maxBytes = 5_000_000;
let api: TestApi;
beforeAll(async () => (api = await startTestApi({ ASSAY_MAX_BYTES: String(maxBytes) })));
afterAll(() => api?.close());

tusConformance({ api: () => api, maxBytes, stored: () => api.stored() });
