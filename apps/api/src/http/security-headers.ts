import helmet from 'helmet';

/** Answers of the API are data: nothing in them may run, load or be framed. */
const apiPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };

/** Pictures are fetched with the key and shown from memory, hence `blob:`. */
const pagePolicy = {
  ...apiPolicy,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  connectSrc: ["'self'"],
};

const withPolicy = (directives: Record<string, string[]>) =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // TLS ends in front of this service, and only what ends it knows whether there is any.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });

export const apiHeaders = withPolicy(apiPolicy);
export const pageHeaders = withPolicy(pagePolicy);
