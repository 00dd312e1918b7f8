import 'reflect-metadata';

export { type AdminKey, ensureAdminKey } from './auth/admin-key';
export { type RunningApi, startApi } from './start-api';
