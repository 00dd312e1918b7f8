import { scanIndexConformance } from '../scan-index.conformance';
import { createMemoryIndex } from './memory-index';

describe('memory as scan index', () => {
  scanIndexConformance(() => ({ open: async () => createMemoryIndex() }));
});
