import type { IncomingMessage } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable, NotFoundException } from '@nestjs/common';
import { isAllowed } from './require-api-key';

/** Behind the middleware that asks the table: should the two ever read an address differently, the handler does not run. */
@Injectable()
export class TableGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (isAllowed(context.switchToHttp().getRequest<IncomingMessage>())) return true;
    throw new NotFoundException();
  }
}
