// A fresh shop: every item in stock, no order yet. The server is up already, so the file stays and its tables go.
import sqlite from 'node-sqlite3-wasm';
import { DATABASE, SEEDED } from './shop.mjs';

const database = new sqlite.Database(DATABASE);
database.exec(`
  BEGIN EXCLUSIVE;
  DROP TABLE IF EXISTS stock;
  DROP TABLE IF EXISTS orders;
  CREATE TABLE stock (item TEXT PRIMARY KEY, remaining INTEGER NOT NULL CHECK (remaining >= 0));
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, item TEXT NOT NULL, quantity INTEGER NOT NULL);
`);
for (const [item, remaining] of Object.entries(SEEDED)) {
  database.run('INSERT INTO stock VALUES (?, ?)', [item, remaining]);
}
database.exec('COMMIT');
database.close();
console.log(`seeded ${Object.keys(SEEDED).length} items`);
