/** How exactly the network proxies do what they are asked: the built dist/proxy.js in front of a real server. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { median, missing } from './measure.mjs';

const HOST = '127.0.0.1';
const SCRIPT = join(import.meta.dirname, '../dist/proxy.js');

/** Opens a server and something in front of it that does what `toxic` says, and measures through that. */
async function through(open, toxic, { serve, measure }) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, serve);
  await once(server.listen(0, HOST), 'listening');
  const port = await freePort();
  const close = await open({ port, upstream: server.address().port, toxic });
  try {
    return await measure(port);
  } finally {
    close();
    server.close();
  }
}

/** As flowgate itself does it: asks the process of the proxies, and waits for each answer. */
async function openFlowgate({ port, upstream, toxic }) {
  const proxies = fork(SCRIPT, { env: {} });
  let id = 0;
  const ask = async (message) => {
    proxies.send({ id: (id += 1), ...message });
    for (;;) {
      const [answer] = await once(proxies, 'message');
      if (answer.type === 'failed') throw new Error(answer.message);
      if (answer.id === id) return;
    }
  };
  await once(proxies, 'message');
  const plan = {
    listen: { host: HOST, port },
    upstream: { host: HOST, port: upstream },
    toxics: [{ probability: 1, direction: 'downstream', ...toxic }],
    outages: [],
  };
  await ask({ type: 'open', seed: 1, plans: [plan] });
  await ask({ type: 'arm', zero: now() });
  return () => proxies.kill('SIGKILL');
}

/** The same by toxiproxy's HTTP interface; its bandwidth is in KB (of 1000) a second. */
async function openToxiproxy({ port, upstream, toxic: { kind, mean, jitter, rate, delay } }) {
  const api = await freePort();
  const server = spawn('toxiproxy-server', ['-host', HOST, '-port', String(api)], { stdio: 'ignore' });
  const post = (path, body) =>
    fetch(`http://${HOST}:${api}${path}`, { method: 'POST', body: JSON.stringify(body) }).then(
      (response) => response.ok,
      () => false,
    );
  const proxy = { name: 'p', listen: `${HOST}:${port}`, upstream: `${HOST}:${upstream}`, enabled: true };
  while (!(await post('/proxies', proxy))) await new Promise((resolve) => setTimeout(resolve, 20));
  const attributes = {
    latency: { latency: mean, jitter },
    bandwidth: { rate: rate / 1000 },
    slow_close: { delay },
  }[kind];
  if (!(await post('/proxies/p/toxics', { type: kind, stream: 'downstream', toxicity: 1, attributes }))) {
    throw new Error('toxiproxy refused the toxic');
  }
  return () => server.kill('SIGKILL');
}

const now = () => Number(process.hrtime.bigint()) / 1e6;

async function freePort() {
  const server = createServer();
  await once(server.listen(0, HOST), 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function connected(port) {
  const socket = connect({ host: HOST, port, noDelay: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Median round trip in ms of `count` on each of `connections` connections at once, nothing subtracted. */
async function roundTrip(port, { count, connections = 1 }) {
  const times = [];
  const client = async () => {
    const socket = await connected(port);
    for (let trip = 0; trip < count; trip += 1) {
      const from = now();
      socket.write('ping');
      await once(socket, 'data');
      times.push(now() - from);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, client));
  return median(times);
}

const latency = (mean, jitter = 0) => ({
  kind: 'latency',
  mean,
  jitter,
});

const quiet = (socket) => socket.on('error', () => undefined);

function ofLatency(asked, trips, toxic = latency(asked)) {
  const spread = toxic.jitter > 0 ? `±${toxic.jitter}ms` : '';
  const connections = trips.connections ? ` on ${trips.connections} connections` : '';
  return {
    name: `latency ${asked}ms${spread}, ${trips.count * (trips.connections ?? 1)} round trips${connections}`,
    toxic,
    serve: (socket) => quiet(socket).pipe(socket),
    measure: async (port) => (await roundTrip(port, trips)) / asked,
  };
}

/** Bytes a second of a download, from connecting to the last byte. */
const ofBandwidth = (rate, bytes, words) => ({
  name: `bandwidth ${words}, ${bytes / 1e6} MB`,
  toxic: { kind: 'bandwidth', rate },
  serve: (socket) => quiet(socket).end(Buffer.alloc(bytes)),
  measure: async (port) => {
    const from = now();
    const socket = await connected(port);
    socket.resume();
    await once(socket, 'end');
    return socket.bytesRead / ((now() - from) / 1000) / rate;
  },
});

const ofSlowClose = (delay) => ({
  name: `slow_close ${delay}ms`,
  toxic: { kind: 'slow_close', delay },
  serve: (socket) => quiet(socket).end('bye'),
  measure: async (port) => {
    const socket = await connected(port);
    await once(socket, 'data');
    const from = now();
    await once(socket.resume(), 'end');
    return (now() - from) / delay;
  },
});

const COMPARED = [
  ofLatency(20, { count: 100 }),
  ofLatency(5, { count: 200 }),
  ofLatency(200, { count: 10, connections: 10 }),
  ofLatency(20, { count: 20, connections: 50 }),
  ofBandwidth(1e6, 2e6, '1MB/s'),
  ofBandwidth(20e6, 40e6, '20MB/s'),
];
const OWN = [
  ofLatency(50, { count: 100, connections: 20 }, latency(50, 20)),
  ofBandwidth(100e3, 200e3, '100KB/s'),
  ofSlowClose(300),
];

const noToxiproxy = missing('toxiproxy-server');

const RATIO = 'measured ÷ asked';

export default {
  title: 'Network faults: what was measured ÷ what was asked',
  unit: RATIO,
  target:
    'No target: latency within 2 ms of what was asked (0.90 to 1.10 of 20 ms, 0.99 to 1.01 of 200 ms), bandwidth within 5%.',
  columns: [RATIO],
  peers: [
    ...[...COMPARED, ...OWN].map(({ name, toxic, ...how }) => ({
      name: `flowgate: ${name}`,
      run: async () => ({ [RATIO]: await through(openFlowgate, toxic, how) }),
    })),
    ...COMPARED.map(({ name, toxic, ...how }) => ({
      name: `toxiproxy: ${name}`,
      missing: noToxiproxy,
      run: async () => ({ [RATIO]: await through(openToxiproxy, toxic, how) }),
    })),
  ],
};
