// A module flow: the same customer, with a timed step for each request.
import { lookUp, orderOf, place } from './customer.mjs';

export default async function flow(ctx) {
  const order = orderOf(ctx.token, ctx.iteration);
  await ctx.step('place', () => place(order, ctx.signal));
  await ctx.step('look up', () => lookUp(order, ctx.signal));
}
