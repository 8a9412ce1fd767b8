import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { SharedArray } from 'k6/data';

const users = new SharedArray('users', () => JSON.parse(open('./users.json')));

export const options = {
  scenarios: {
    shop: {
      executor: 'ramping-vus',
      startVUs: 0,
      stages: [
        { duration: '2s', target: 10 },
        { duration: '10s', target: 10 },
        { duration: '2s', target: 0 },
      ],
    },
  },
  thresholds: {
    'checks{check:order is taken}': ['rate>=0.9'],
    'http_req_duration{name:order}': ['p(95)<200'],
    iteration_duration: ['p(95)<300'],
  },
};

export default function shop() {
  const user = users[exec.scenario.iterationInTest % users.length];
  const login = http.post(
    `${__ENV.SHOP}/login`,
    JSON.stringify({ user: user.name, password: __ENV.SHOP_PASSWORD }),
    { headers: { 'content-type': 'application/json' }, tags: { name: 'login' } },
  );
  check(login, { 'login is ok': (answer) => answer.status === 200 });
  const token = login.json('auth.token');
  sleep(0.2 + Math.random() * 0.2);

  const order = http.post(`${__ENV.SHOP}/orders`, JSON.stringify({ item: 'tea', for: user.name }), {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    tags: { name: 'order' },
  });
  check(order, { 'order is taken': (answer) => answer.status === 201 });
}
