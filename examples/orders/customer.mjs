// What a customer does, as a command or as a module's flow.
import assert from 'node:assert/strict';
import { ITEMS, ORIGIN } from './shop.mjs';

/** Something to buy, different from one customer to the next. */
export function orderOf(customer, iteration) {
  return { customer, item: ITEMS[iteration % ITEMS.length], quantity: 1 + (iteration % 3) };
}

/** Places the order; throws if the shop does not take it. */
export async function place(order, signal) {
  const response = await fetch(`${ORIGIN}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
    signal,
  });
  const body = await response.json();
  assert.equal(response.status, 201, `the shop answered ${response.status}: ${JSON.stringify(body)}`);
}

/** Throws unless the customer has this one order and no other. */
export async function lookUp(order, signal) {
  const response = await fetch(`${ORIGIN}/orders/${encodeURIComponent(order.customer)}`, { signal });
  assert.deepEqual(await response.json(), [order]);
}
