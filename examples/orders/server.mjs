// A small shop: POST /orders takes one, GET /orders/CUSTOMER gives a customer's own.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fastify from 'fastify';
import sqlite from 'node-sqlite3-wasm';
import { DATABASE, PORT } from './shop.mjs';

mkdirSync(dirname(DATABASE), { recursive: true });
// SQLite's lock is a folder here; a server that was killed in a transaction has left it behind.
rmSync(`${DATABASE}.lock`, { recursive: true, force: true });
const database = new sqlite.Database(DATABASE);
const server = fastify();

/** Check and change in one transaction and without an await: nothing comes between them. */
function place({ customer, item, quantity }) {
  database.exec('BEGIN IMMEDIATE');
  try {
    const { changes } = database.run(
      'UPDATE stock SET remaining = remaining - ? WHERE item = ? AND remaining >= ?',
      [quantity, item, quantity],
    );
    if (changes === 1) {
      database.run('INSERT INTO orders (customer, item, quantity) VALUES (?, ?, ?)', [
        customer,
        item,
        quantity,
      ]);
    }
    database.exec('COMMIT');
    return changes === 1;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** ORDERS_BUG=race: the stock is read, time passes, and what was read is written back less the quantity. */
async function placeCarelessly({ customer, item, quantity }) {
  const { remaining } = database.get('SELECT remaining FROM stock WHERE item = ?', [item]);
  await delay(20);
  database.run('UPDATE stock SET remaining = ? WHERE item = ?', [Number(remaining) - quantity, item]);
  database.run('INSERT INTO orders (customer, item, quantity) VALUES (?, ?, ?)', [customer, item, quantity]);
  return true;
}

const placeOrder = process.env.ORDERS_BUG === 'race' ? placeCarelessly : place;

const order = {
  type: 'object',
  required: ['customer', 'item', 'quantity'],
  properties: {
    customer: { type: 'string', minLength: 1 },
    item: { type: 'string' },
    quantity: { type: 'integer', minimum: 1, maximum: 10 },
  },
};

server.post('/orders', { schema: { body: order } }, async (request, reply) => {
  const placed = await placeOrder(request.body);
  return placed ? reply.code(201).send(request.body) : reply.code(409).send({ error: 'sold out' });
});

server.get('/orders/:customer', (request) =>
  database.all('SELECT customer, item, quantity FROM orders WHERE customer = ?', [request.params.customer]),
);

async function stop() {
  await server.close();
  database.close();
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);

await server.listen({ host: '127.0.0.1', port: PORT });
console.log(`orders are taken on port ${PORT}`);
