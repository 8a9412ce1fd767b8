// What server, seed, orders and check agree on. ORDERS_PORT moves the port, ORDERS_DATABASE the file.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

export const PORT = Number(process.env.ORDERS_PORT ?? 38471);
export const DATABASE = resolve(here, process.env.ORDERS_DATABASE ?? '.flowgate/orders.sqlite');
export const ORIGIN = `http://127.0.0.1:${PORT}`;

export const SEEDED = { tea: 500, coffee: 500, cocoa: 500 };
export const ITEMS = Object.keys(SEEDED);
