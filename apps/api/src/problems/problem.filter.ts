import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from '@assay/pipeline';
import { requestIdOf } from '../http/request-id';
import { problemOf } from './problem-of';
import { problems } from './problems';
import { sendProblem } from './send-problem';

/** The one place where an error becomes an answer. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  /** @param methodsOf which methods an address answers; none = no such address */
  constructor(
    private readonly log: Logger,
    private readonly methodsOf: (path: string) => string[],
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<Request>(), http.getResponse<Response>());
  }

  answer(error: unknown, request: Request, response: Response): void {
    const refusal = this.refusalFor(error, request);
    const requestId = requestIdOf(response);
    const { status, type } = refusal.problem;
    if (status >= 500) this.log.error({ requestId, problem: type, err: error }, 'request failed');
    if (response.headersSent || response.writableEnded) {
      // Too late for words: a cut connection is how HTTP says that an answer is not whole.
      response.destroy();
      return;
    }
    sendProblem(request, response, refusal, requestId);
  }

  private refusalFor(error: unknown, request: Request) {
    if (error instanceof NotFoundException) {
      const methods = this.methodsOf(request.path);
      if (methods.length > 0 && !methods.includes(request.method)) return problems.methodNotAllowed(methods);
    }
    return problemOf(error);
  }
}
