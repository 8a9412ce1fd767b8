// The two parts of undici that are used: its index would bring fetch, caches, mocks and WebSockets into the bundle.
declare module 'undici-v7/lib/dispatcher/client.js' {
  import { Client } from 'undici-v7';
  export default Client;
}

declare module 'undici-v7/lib/core/connect.js' {
  import { buildConnector } from 'undici-v7';
  export default buildConnector;
}
