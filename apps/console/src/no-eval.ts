import { z } from 'zod';

// Schemas would otherwise try to compile themselves, which the page's content policy refuses (and reports).
z.config({ jitless: true });
