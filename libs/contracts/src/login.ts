import { z } from 'zod';

/** Where people log in: what a page needs to send them there, none of it secret. */
export const LoginProvider = z.object({
  issuer: z.string(),
  /** Of a public client: the authorization code with PKCE, and no secret. */
  clientId: z.string(),
  scope: z.string(),
  /** Whom the access token has to be made for. */
  audience: z.string(),
});
export type LoginProvider = z.infer<typeof LoginProvider>;

export const LoginSettings = z.object({
  /** Null: nobody logs in here, API keys alone. */
  provider: LoginProvider.nullable(),
});
export type LoginSettings = z.infer<typeof LoginSettings>;
