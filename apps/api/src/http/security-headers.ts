import helmet from 'helmet';

/** Answers of the API are data: nothing in them may run, load or be framed. */
const apiPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };

/** Pictures are fetched with the key and shown from memory, hence `blob:`. */
const pagePolicy = (loginOrigin: string | null) => ({
  ...apiPolicy,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:', 'data:'],
  // Where people log in, the page asks the provider for the token itself.
  connectSrc: ["'self'", ...(loginOrigin === null ? [] : [loginOrigin])],
});

const withPolicy = (directives: Record<string, string[]>) =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // TLS ends in front of this service, and only what ends it knows whether there is any.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });

export const apiHeaders = withPolicy(apiPolicy);
/** @param loginOrigin of the identity provider; null = people do not log in */
export const pageHeaders = (loginOrigin: string | null) => withPolicy(pagePolicy(loginOrigin));
