/** A server that the peers load, each one of its own: none profits from another's warm one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Answers at once. */
export const hello = () => (_request, response) => response.end('hello');

/**
 * Starts a node server of its own process on a free port, measures, and ends it.
 * `listening` gives the request listener; it is handed over as its source, so that it can use nothing from outside.
 */
export async function served(listening, measure) {
  const source = `require('node:http').createServer((${listening})()).listen(0, '127.0.0.1', function () { console.log(this.address().port); })`;
  const server = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  try {
    const died = exited.then(([status]) => {
      throw new Error(`the server ended with status ${status}`);
    });
    const [port] = await Promise.race([once(server.stdout, 'data'), died]);
    died.catch(() => undefined);
    return await measure(`http://127.0.0.1:${Number(port)}/`);
  } finally {
    server.kill('SIGKILL');
    await exited;
  }
}
