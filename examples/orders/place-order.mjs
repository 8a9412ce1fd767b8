// A command flow: one customer, one order. The token is the customer's name, so that an order belongs to one flow.
import { lookUp, orderOf, place } from './customer.mjs';

const order = orderOf(process.env.FLOWGATE_TOKEN, Number(process.env.FLOWGATE_ITERATION));
await place(order);
await lookUp(order);
console.log(`${order.customer} ordered ${order.quantity} ${order.item}`);
