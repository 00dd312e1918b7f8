/** ASSAY_DEBUG in the environment: stacks and log lines for whoever looks for a fault. */
export const debugging = Boolean(process.env['ASSAY_DEBUG']);
