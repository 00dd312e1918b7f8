import type { AddressSettings } from '@assay/fetch-media';

/** What the configuration says of where a URL may lead. @param rules.ports null = every port of a web server */
export function addressSettings(rules: { privateNetworks: string[]; ports: number[] | null }): AddressSettings {
  return { privateNetworks: rules.privateNetworks, ...(rules.ports ? { ports: rules.ports } : {}) };
}
