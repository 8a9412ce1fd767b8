// A counter that serves one visitor at a time, 10 ms each: more than 100 a second it can not.
import { createServer } from 'node:http';

const SERVICE_TIME = 10;
let line = Promise.resolve();

const server = createServer((_, response) => {
  line = line.then(
    () =>
      new Promise((resolve) => {
        setTimeout(() => {
          response.end('served');
          resolve();
        }, SERVICE_TIME);
      }),
  );
});

server.listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log(`open on port ${server.address().port}`);
});
