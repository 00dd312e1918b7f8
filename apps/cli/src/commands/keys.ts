import {
  type ApiKey,
  ApiKeyId,
  type ApiKeyWithSecret,
  CreateApiKey,
  defaultTenant,
  RotateApiKey,
  TenantId,
} from '@assay/contracts';
import { createApiKey, listApiKeys, revokeApiKey, rotateApiKey } from '@assay/pipeline';
import type { ObjectStore } from '@assay/storage';
import type { z } from 'zod';
import { CliError, ExitCode } from '../exit';
import { noteInAudit } from '../fleet/audited';
import { withStore } from '../fleet/open-fleet';

const createdBy = 'cli';

export interface KeysOptions {
  data?: string;
  json?: boolean;
  tenant?: string;
}

export function keysCreate(
  options: KeysOptions & { name: string; role: string[]; scope?: string[]; expires?: string },
) {
  return withStore(options, async (store, signal) => {
    const { name, role, scope, expires } = options;
    const wanted = {
      name,
      roles: role,
      ...(scope ? { scopes: scope } : {}),
      ...(expires ? { expiresAt: expires } : {}),
    };
    const tenant = checked(TenantId, options.tenant ?? defaultTenant);
    const made = await createApiKey({ ...checked(CreateApiKey, wanted), tenant }, createdBy, store, signal);
    await note('keys create', made, store);
    return shown(made, options);
  });
}

export function keysList(options: KeysOptions): Promise<ExitCode> {
  return withStore(options, async (store, signal) => {
    const keys = await listApiKeys(options.tenant ?? null, store, signal);
    if (options.json) console.log(JSON.stringify({ keys }));
    else for (const key of keys) console.log(lineOf(key));
    return ExitCode.ok;
  });
}

export function keysRotate(id: string, options: KeysOptions & { overlap?: number }): Promise<ExitCode> {
  return withStore(options, async (store, signal) => {
    const wanted = options.overlap === undefined ? {} : { overlapSeconds: options.overlap };
    const how = { ...checked(RotateApiKey, wanted), createdBy };
    const made = await rotateApiKey(checked(ApiKeyId, id), options.tenant ?? null, how, store, signal);
    if (!made) throw new CliError(`${id}: there is no such key, or it works no more.`);
    await note('keys rotate', { ...made, id }, store);
    return shown(made, options);
  });
}

export function keysRevoke(id: string, options: KeysOptions): Promise<ExitCode> {
  return withStore(options, async (store, signal) => {
    const revoked = await revokeApiKey(checked(ApiKeyId, id), options.tenant ?? null, store, signal);
    if (!revoked) throw new CliError(`${id}: there is no such key.`);
    await note('keys revoke', revoked, store);
    console.log(options.json ? JSON.stringify(revoked) : lineOf(revoked));
    return ExitCode.ok;
  });
}

const note = (action: string, { id, tenant }: { id: string; tenant: string }, store: ObjectStore): Promise<void> =>
  noteInAudit(store, { action, tenant, object: { key: id } });

/** On stdout the key alone, so that it can be piped to where secrets are kept. */
function shown(made: ApiKeyWithSecret, { json }: KeysOptions): ExitCode {
  if (!json) process.stderr.write(`${lineOf(made)}\nIt is shown this once:\n`);
  console.log(json ? JSON.stringify(made) : made.key);
  return ExitCode.ok;
}

const lineOf = ({ id, tenant, state, roles, prefix, name, lastUsedAt }: ApiKey): string =>
  `${id}  ${state.padEnd(7)}  ${tenant}  ${roles.join(',')}  ${prefix ?? '-'}…  ${name}  last used ${lastUsedAt ?? 'never'}`;

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new CliError(issues.join('; '), ExitCode.usage);
}
