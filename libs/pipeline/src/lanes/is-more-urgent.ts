import { Lane } from '@assay/contracts';

/** Whether work of the first lane goes before that of the second. */
export const isMoreUrgent = (a: Lane, b: Lane): boolean => Lane.options.indexOf(a) < Lane.options.indexOf(b);
