/**
 * URL CONNECTIONS SECONDS: as many clients of undici, each of which sends its next request when a response has ended;
 * prints requests a second. It notes nothing and checks nothing: nobody who uses undici's client comes beyond that.
 */
import { Client } from 'undici-v7';

const [url, connections, seconds] = process.argv.slice(2);
const { origin, pathname: path } = new URL(url);
const begun = performance.now();
const end = begun + seconds * 1000;
let requests = 0;

function loop(client) {
  const next = () => client.dispatch({ path, method: 'GET' }, handler);
  const handler = {
    onConnect: () => undefined,
    onHeaders: () => true,
    onData: () => true,
    onComplete: () => {
      requests += 1;
      if (performance.now() < end) next();
      else void client.close();
    },
    onError: (error) => {
      throw error;
    },
  };
  next();
}

for (let count = 0; count < connections; count += 1) loop(new Client(origin));
process.once('beforeExit', () => {
  console.log(requests / ((performance.now() - begun) / 1000));
});
