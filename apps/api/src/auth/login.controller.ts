import { Controller, Get, Inject } from '@nestjs/common';
import type { LoginProvider, LoginSettings } from '@assay/contracts';
import { Describe } from '../docs/describe';
import { LOGIN } from '../tokens';

@Controller('.well-known/assay-login.json')
export class LoginController {
  constructor(@Inject(LOGIN) private readonly provider: LoginProvider | null) {}

  @Get()
  @Describe({
    summary: 'Where people log in',
    detail: 'What a page needs to get an access token: OpenID Connect, authorization code with PKCE.',
    open: true,
    answers: { 200: { schema: 'LoginSettings', text: 'The provider; null where there are API keys alone' } },
  })
  get(): LoginSettings {
    return { provider: this.provider };
  }
}
