import { examplesOf } from './schema-examples';
import { schemaRef } from './schemas';

const text = { schema: { type: 'string' } };
const header = (name: string, description: string) => ({
  name,
  in: 'header' as const,
  required: true,
  description,
  ...text,
});

/** What is sent to webhooks, as OpenAPI 3.1 describes requests that a service makes itself. */
export const outgoingWebhooks = {
  event: {
    post: {
      summary: 'An event, as Standard Webhooks 1.0, to a webhook or to the callback of a scan',
      description:
        'Sent until it is answered with 2xx: ten tries over three days. 410 switches the webhook off, or ends the calls of a callback. The same event has the same `webhook-id`, also when it comes again. Check the signature before you read the body.',
      parameters: [
        header('webhook-id', 'Id of the event: take one that you know for done'),
        header('webhook-timestamp', 'Time of this try, seconds since 1970: refuse what is older than five minutes'),
        header('webhook-signature', 'One for each live secret, with spaces between: `v1,` HMAC-SHA256, `v1a,` Ed25519'),
      ],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: schemaRef('News') }, ...examplesOf('News') } },
      },
      responses: { '2XX': { description: 'Taken' }, 410: { description: 'Never send anything here again' } },
      security: [],
    },
  },
};
