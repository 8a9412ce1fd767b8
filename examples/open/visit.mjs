// One visit. Visitors come when they come: none waits for the one before to have left.
import assert from 'node:assert/strict';

export default async function flow({ signal }) {
  const response = await fetch(`http://127.0.0.1:${process.env.PORT}/`, { signal });
  assert.equal(await response.text(), 'served');
}
