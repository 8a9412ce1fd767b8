// The invariant over everything that the flows did: what was seeded is either sold or left, and every flow that was ok
// has exactly one order.
import { readFileSync } from 'node:fs';
import sqlite from 'node-sqlite3-wasm';
import { DATABASE, SEEDED } from './shop.mjs';

const database = new sqlite.Database(DATABASE, { readOnly: true });
const stock = database.all(`
  SELECT stock.item, remaining, coalesce(sum(quantity), 0) AS sold
  FROM stock LEFT JOIN orders ON orders.item = stock.item GROUP BY stock.item`);
const orders = database.all('SELECT customer, count(*) AS count FROM orders GROUP BY customer');
database.close();

// flowgate names a file with the flows that it ran.
const { flows } = JSON.parse(readFileSync(process.env.FLOWGATE_RESULTS, 'utf8'));
const ordersOf = new Map(orders.map(({ customer, count }) => [customer, count]));

const faults = [
  ...stock
    .filter(({ item, remaining, sold }) => SEEDED[item] - sold !== remaining)
    .map(({ item, remaining, sold }) => `${item}: ${SEEDED[item]} seeded − ${sold} sold ≠ ${remaining} left`),
  ...flows
    .filter(({ token, outcome }) => outcome === 'ok' && ordersOf.get(token) !== 1)
    .map(({ iteration, token }) => `flow ${iteration} has ${ordersOf.get(token) ?? 0} orders`),
];

console.log(faults.length === 0 ? `${orders.length} orders, and the stock adds up` : faults.join('; '));
process.exitCode = faults.length === 0 ? 0 : 1;
