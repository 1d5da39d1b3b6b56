import type { Option } from '../settings/options.ts';

/** The options of every command that talks to a running proxy. */
export const controlOptions: readonly Option[] = [
  {
    name: 'url',
    type: 'string',
    variable: 'RESTAGE_URL',
    describes: 'where restage listens',
    default: 'http://127.0.0.1:8480',
  },
  { name: 'session', type: 'string', variable: 'RESTAGE_SESSION', describes: 'the session to control' },
  {
    name: 'admin-token',
    type: 'string',
    variable: 'RESTAGE_ADMIN_TOKEN',
    describes: 'what that restage asks for as a bearer token',
    isPersonal: true,
  },
];
