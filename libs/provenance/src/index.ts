export { type CredentialsOptions, readContentCredentials } from './read-content-credentials';
