import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { version } from '@assay/pipeline';
import { completeRoutes } from './every-route';
import { headerComponents } from './headers';
import { outgoingWebhooks } from './outgoing';
import { withKnownTypes } from './problem-schema';
import { componentSchemas } from './schemas';

const about = `Tells forged video from real, and says why. Upload media, ask for a scan, follow it, read the verdict.

To hear of what ends: webhooks, or the feed at /v1/events for those who cannot be called. Verdicts are signed; the keys are at /.well-known/assay-keys.json.

Errors are problem documents (RFC 9457). Everything but health and public keys needs an API key with the permission for it, or the access token of a person (OpenID Connect) who has it.`;

/** OpenAPI 3.1, made from the routes as they are and from the schemas that check them. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Assay')
    .setDescription(about)
    .setVersion(version)
    .addServer('/')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addSecurity('bearer', { type: 'http', scheme: 'bearer' })
    .addSecurity('header', { type: 'apiKey', in: 'header', name: 'X-API-Key' })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => controller.replace(/Controller$/, '').toLowerCase() + capital(method),
  });
  const { Problem = {}, ...schemas } = componentSchemas();
  const components = {
    ...{ ...document.components, ...headerComponents },
    schemas: { ...schemas, Problem: withKnownTypes(Problem) },
  };
  return {
    ...document,
    paths: completeRoutes(document.paths),
    ...{ webhooks: outgoingWebhooks },
    components: components as OpenAPIObject['components'],
  };
}

/** @returns for an address, the methods that it answers; from the description, so that the two cannot differ */
export function methodsByPath(document: OpenAPIObject): (path: string) => string[] {
  const routes = Object.entries(document.paths).map(([template, item]) => ({
    pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
    methods: Object.keys(item).map((method) => method.toUpperCase()),
  }));
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
